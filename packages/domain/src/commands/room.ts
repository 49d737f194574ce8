import { NoticesMode, type CloseRoom, type CreateRoom, type OpenRoom, type RoomChanges, type UpdateRoom } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId } from '../ids.js';
import { checkTexts, textLimits, type TextRule } from '../limits.js';
import { done, noticeRule, refusal, refused, unchanged } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import type { Context, CreatedRoom, Decision, Limits, Profile, RoomState } from '../types.js';
import { actorRole } from '../views.js';

/** Only by the server API. Nobody is told: nobody can be there yet. */
export function createRoom(room: RoomState, { creator, profile }: CreateRoom, context: Context): Decision {
  if (context.actor.kind !== 'api') return refused('not-allowed', 'rooms are created by the server API');
  if (room.profile) return refused('exists', 'the room exists already');
  if (parseAccountId(creator) === undefined || isAnonymousAccount(creator)) {
    return refused('bad-request', 'creator is an account: 1-64 of A-Z a-z 0-9 _ - . @ :, not anonymous');
  }
  const no = checkChanges(profile, context.limits);
  if (no) return refusal(no);
  return done(room, context, {
    kind: { $case: 'roomCreated', value: { creator, profile, settings: undefined, close: undefined } },
    audience: 'nobody',
  });
}

/** The event has the fields that change, and what they were. */
export function updateRoom(room: CreatedRoom, { changes, notice }: UpdateRoom, context: Context): Decision {
  if (!may(actorRole(room, context.actor), 'changeRoom')) return refused('not-allowed');
  const no = checkChanges(changes, context.limits) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const value = difference(room.profile, changes);
  if (value === undefined) return unchanged;
  const kind = { $case: 'roomUpdated', value: { ...value, close: undefined, previousClose: undefined, closeChanged: false } } as const;
  return done(room, context, { kind, notice });
}

export function openRoom(room: CreatedRoom, { notice }: OpenRoom, context: Context): Decision {
  const no = mayOpenOrClose(room, context) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  return room.profile.open ? unchanged : done(room, context, { kind: { $case: 'roomOpened', value: { close: undefined } }, notice });
}

export function closeRoom(room: CreatedRoom, { reason, notice }: CloseRoom, context: Context): Decision {
  const reasonRule = { field: 'reason', text: reason, most: textLimits.reason };
  const no = mayOpenOrClose(room, context) ?? checkTexts([noticeRule(notice), reasonRule]);
  if (no) return refusal(no);
  return room.profile.open
    ? done(room, context, { kind: { $case: 'roomClosed', value: { reason, close: undefined } }, notice })
    : unchanged;
}

const mayOpenOrClose = (room: CreatedRoom, { actor }: Context): Refusal | undefined =>
  may(actorRole(room, actor), 'openAndClose') ? undefined : refuse('not-allowed', 'only the creator opens and closes');

function checkChanges(changes: RoomChanges | undefined, limits: Limits): Refusal | undefined {
  const notices = changes?.notices ?? NoticesMode.NOTICES_MODE_AUTO;
  if (notices < 0 || notices > NoticesMode.NOTICES_MODE_OFF) return refuse('bad-request', 'there is no such notices mode');
  return changes && checkTexts(changeRules(changes, limits));
}

const changeRules = (changes: RoomChanges, limits: Limits): TextRule[] => [
  { field: 'name', text: changes.name ?? '', most: textLimits.name },
  { field: 'announcement', text: changes.announcement ?? '', most: textLimits.announcement },
  { field: 'broadcast_url', text: changes.broadcastUrl ?? '', most: textLimits.broadcastUrl },
  { field: 'ext', text: changes.ext ?? '', most: limits.extCodePoints, opaque: true },
];

/** The fields of `changes` that differ from the profile, and what they were; undefined: none. */
function difference(profile: Profile, changes: RoomChanges | undefined): { changes: RoomChanges; previous: RoomChanges } | undefined {
  const wanted = Object.entries({ ...changes, notices: changes?.notices === 0 ? NoticesMode.NOTICES_MODE_AUTO : changes?.notices });
  const differing = wanted.filter(([name, value]) => value !== undefined && value !== profile[name as keyof Profile]).map(([name]) => name);
  if (differing.length === 0) return undefined;
  const pick = (from: object): RoomChanges => ({
    ...noChanges,
    ...Object.fromEntries(Object.entries(from).filter(([name]) => differing.includes(name))),
  });
  return { changes: pick(Object.fromEntries(wanted)), previous: pick(profile) };
}

const noChanges: RoomChanges = {
  name: undefined,
  announcement: undefined,
  broadcastUrl: undefined,
  ext: undefined,
  notices: undefined,
  anonymousAllowed: undefined,
  queueRights: undefined,
};
