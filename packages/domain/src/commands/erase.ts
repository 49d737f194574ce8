import { QueueChange, Role } from '@plaza/proto/client';
import { parseAccountId, type AccountId } from '../ids.js';
import { checkTexts } from '../limits.js';
import { noticeRule, placed, refusal, refused, type Happening } from '../outcome.js';
import type { CreatedRoom } from '../types.js';
import type { Handler } from './handler.js';
import { badAccount } from './targets.js';

/**
 * Takes everything out of the room that goes with an account, its messages in the history included, by the server API only. The creator stays the creator,
 * and who is present stays. Asked again it does the same again: the room does not know what the history has.
 */
export const eraseAccount: Handler<'eraseAccount'> = (room, { account: name, notice }, context) => {
  if (context.actor.kind !== 'api') return refused('not-allowed', 'only the server API erases accounts');
  const account = parseAccountId(name);
  if (account === undefined) return refusal(badAccount);
  const no = checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const owned = ownedBy(room, account);
  // None of it is kept: the history would name the account again.
  const told = happeningsOf(room, account, owned).map((happening) => ({ ...happening, targets: [account], notice, stored: false }));
  const value = { elements: owned.elements.length, attributes: owned.attributes.length, profile: isKnown(room, account) };
  const mark: Happening = { kind: { $case: 'accountErased', value }, targets: [account], audience: 'nobody' };
  const events = placed(room, context, [...told, mark]);
  const creator = room.profile.creator === account;
  return { events, reply: { $case: 'erased', value: { ...value, position: events[0]!.event.position, creator } } };
};

interface Owned {
  readonly elements: readonly string[];
  readonly attributes: readonly string[];
}

/** Its queue elements, transient or not, and the attributes that go with it. */
const ownedBy = (room: CreatedRoom, account: AccountId): Owned => ({
  elements: [...(room.queue?.items.values() ?? [])].filter(({ element }) => element.owner === account).map(({ element }) => element.key),
  attributes: [...room.attributes.values()].filter(({ withOwner, owner }) => withOwner && owner === account).map(({ key }) => key),
});

/** By the events that clients know: they hide its messages and let go of the rest. Values and profiles are not told once more. */
function happeningsOf(room: CreatedRoom, account: AccountId, { elements, attributes }: Owned): Happening[] {
  const happenings: Happening[] = [{ kind: { $case: 'messageRecalled', value: { recalled: 0, account, sinceMs: 0 } } }];
  if (elements.length > 0) {
    const gone = elements.map((key) => ({ key, value: '', owner: account, transient: false, revision: 0 }));
    const value = { change: QueueChange.QUEUE_CHANGE_OWNER_LEFT, elements: gone, previous: [], size: 0 };
    happenings.push({ kind: { $case: 'queueChanged', value } });
  }
  if (attributes.length > 0)
    happenings.push({ kind: { $case: 'attributesChanged', value: { set: [], removed: [...attributes], previous: [] } } });
  if (room.away.has(account)) happenings.push({ kind: { $case: 'away', value: { away: [], back: [account] } }, audience: 'nobody' });
  const previous = room.members.get(account)?.role ?? Role.ROLE_GUEST;
  if (previous !== Role.ROLE_GUEST && previous !== Role.ROLE_CREATOR)
    happenings.push({ kind: { $case: 'roleChanged', value: { role: Role.ROLE_GUEST, previous } } });
  return happenings;
}

/** Whether the room keeps anything of it besides its being the creator. */
function isKnown({ members }: CreatedRoom, account: AccountId): boolean {
  const member = members.get(account);
  if (member === undefined) return false;
  const { role, muted, mutedUntilMs, blocked, refusedUntilMs, level, labels, nickname, avatar, ext } = member;
  const marked = muted || blocked || mutedUntilMs + refusedUntilMs + level + labels.length > 0;
  return role !== Role.ROLE_CREATOR || marked || nickname + avatar + ext !== '';
}
