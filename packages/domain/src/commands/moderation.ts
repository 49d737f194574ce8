import { Role } from '@plaza/proto/client';
import { leavingHappenings } from '../dependents.js';
import type { AccountId } from '../ids.js';
import { checkRange, monthSeconds } from '../limits.js';
import { done, doneAll, isUnknown, notKnownYet, refusal, refused, unchanged, type Happening } from '../outcome.js';
import type { Context, CreatedRoom } from '../types.js';
import { timedMuteLeftMs } from '../views.js';
import type { Handler } from './handler.js';
import { markedTargetOf, reasonRule, targetOf } from './targets.js';

export const muteMember: Handler<'muteMember'> = (room, command, context) => {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  if (room.members.get(target)?.muted) return unchanged;
  return done(room, context, { kind: { $case: 'muted', value: {} }, targets: [target], notice: command.notice });
};

export const unmuteMember: Handler<'unmuteMember'> = (room, command, context) => {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  if (!room.members.get(target)?.muted) return unchanged;
  return done(room, context, { kind: { $case: 'unmuted', value: {} }, targets: [target], notice: command.notice });
};

/** A second one replaces the first: it is never `unchanged`. */
export const timedMuteMember: Handler<'timedMuteMember'> = (room, command, context) => {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  const { seconds, notice } = command;
  const no = checkRange('seconds', seconds, 1, monthSeconds);
  if (no) return refusal(no);
  const untilMs = context.nowMs + seconds * 1000;
  return done(room, context, { kind: { $case: 'timedMuted', value: { seconds, untilMs } }, targets: [target], notice });
};

/** The answer and the event tell how long was left. */
export const timedUnmuteMember: Handler<'timedUnmuteMember'> = (room, command, context) => {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  const secondsLeft = Math.ceil(timedMuteLeftMs(room, target, context.nowMs) / 1000);
  if (secondsLeft === 0) return unchanged;
  const kind = { $case: 'timedUnmuted', value: { secondsLeft } } as const;
  return done(room, context, { kind, targets: [target], notice: command.notice }, secondsLeft);
};

/** Removes who is here; entry can be refused for a while. */
export const kickMember: Handler<'kickMember'> = (room, command, context) => {
  const { reason, notice, refuseSeconds } = command;
  const target = targetOf(room, command, context, [reasonRule(reason)]);
  if (typeof target !== 'string') return { refusal: target };
  const no = checkRange('refuse_seconds', refuseSeconds, 0, monthSeconds);
  if (no) return refusal(no);
  if (isUnknown(context, target)) return notKnownYet(target);
  if (!context.presence.isPresent(target)) return refused('not-found', 'the account is not in the room');
  const refusedUntilMs = refuseSeconds === 0 ? 0 : context.nowMs + refuseSeconds * 1000;
  const kick: Happening = { kind: { $case: 'kicked', value: { reason, refusedUntilMs } }, targets: [target], notice };
  return doneAll(room, context, [kick, ...removedHappenings(room, target, context)]);
};

/** Refuses the account's entry from now on, ends its role, and removes it where it is here. */
export const blockMember: Handler<'blockMember'> = (room, command, context) => {
  const target = markedTargetOf(room, command, context, [reasonRule(command.reason)]);
  if (typeof target !== 'string') return { refusal: target };
  const record = room.members.get(target);
  if (record?.blocked) return unchanged;
  const value = { reason: command.reason, previousRole: record?.role ?? Role.ROLE_GUEST };
  const block: Happening = { kind: { $case: 'blocked', value }, targets: [target], notice: command.notice };
  return doneAll(room, context, [block, ...removedHappenings(room, target, context)]);
};

export const unblockMember: Handler<'unblockMember'> = (room, command, context) => {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  if (!room.members.get(target)?.blocked) return unchanged;
  return done(room, context, { kind: { $case: 'unblocked', value: {} }, targets: [target], notice: command.notice });
};

/** What has to be noted of an account that is removed with all its sessions. */
function removedHappenings(room: CreatedRoom, account: AccountId, { presence }: Context): Happening[] {
  return presence.isPresent(account) ? leavingHappenings(room, [account], presence.accounts - 1) : [];
}
