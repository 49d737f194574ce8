import { Role, type Label, type MemberChanges } from '@plaza/proto/client';
import { wordOf } from '../words.js';
import { isByItself, plain, type Judges } from './act.js';
import type { Details } from './entry.js';

type Cases =
  | 'entered'
  | 'left'
  | 'away'
  | 'muted'
  | 'unmuted'
  | 'timedMuted'
  | 'timedUnmuted'
  | 'kicked'
  | 'roleChanged'
  | 'blocked'
  | 'unblocked'
  | 'memberUpdated'
  | 'deviceBlocked'
  | 'accountRestricted'
  | 'accountErased'
  | 'actNoted';

const roleWord = (role: Role): string => wordOf(Role, role || Role.ROLE_GUEST);

/** What is done to members, devices and accounts. */
export const actsOnMembers: Judges<Cases> = {
  entered: () => undefined,
  left: () => undefined,
  away: () => undefined,
  muted: () => ({}),
  unmuted: () => ({}),
  timedMuted: (value) => ({ details: plain(value) }),
  timedUnmuted: (value, by) => (isByItself(by) ? undefined : { details: plain(value) }),
  kicked: ({ reason, refusedUntilMs }) => ({ reason, details: plain({ refusedUntilMs: refusedUntilMs || undefined }) }),
  roleChanged: ({ role, previous }) => ({ details: { role: roleWord(role) }, previous: { role: roleWord(previous) } }),
  blocked: ({ reason, previousRole }) => ({ reason, previous: { role: roleWord(previousRole) } }),
  unblocked: () => ({}),
  /** A member's own profile is its own affair; levels, labels and tags never are. */
  memberUpdated({ changes, previous, saved, deviceId }, by) {
    const managed = changes?.level !== undefined || changes?.labels !== undefined || changes?.tags !== undefined;
    if (isByItself(by) || (!managed && by.operator === by.targets[0])) return undefined;
    const details = { ...changesOf(changes), ...(saved ? { saved } : {}), ...(deviceId === '' ? {} : { deviceId }) };
    return { details, previous: changesOf(previous) };
  },
  deviceBlocked: ({ deviceId, untilMs }) =>
    untilMs === 0 ? { act: 'device-unblocked', details: { deviceId } } : { details: { deviceId, untilMs } },
  accountErased: (value) => ({ details: plain(value) }),
  actNoted: ({ act, details }) => ({ act, details: plain(JSON.parse(details) as object) }),
  accountRestricted: ({ reason, ...details }) => ({ reason, details: plain(details) }),
};

function changesOf(changes: MemberChanges | undefined): Details {
  if (changes === undefined) return {};
  const { labels, tags, ...rest } = changes;
  return plain({ ...rest, labels: labels?.labels.map(labelOf), tags: tags?.tags });
}

const labelOf = ({ name, level, saved }: Label): Details => ({ name, level, saved });
