import type { KickMember, MuteMember, Notice, TimedMuteMember, TimedUnmuteMember, UnmuteMember } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId, type AccountId } from '../ids.js';
import { checkTexts, textLimits, timedMuteSeconds, type TextRule } from '../limits.js';
import { done, noticeRule, refused, unchanged } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { canBeMarked, canReach, may } from '../roles.js';
import type { Context, CreatedRoom, Decision } from '../types.js';
import { actorRole, roleOf, timedMuteLeftMs } from '../views.js';

interface Order {
  readonly account: string;
  readonly notice?: Notice | undefined;
}

/** Whether this operator may act on this target at all, or why not. */
function targetOf(room: CreatedRoom, order: Order, context: Context, texts: readonly TextRule[] = []): AccountId | Refusal {
  const account = parseAccountId(order.account);
  if (account === undefined) return refuse('bad-request', 'account is 1-64 of A-Z a-z 0-9 _ - . @ :');
  const operator = actorRole(room, context.actor);
  if (!may(operator, 'moderate')) return refuse('not-allowed', 'only the creator and administrators moderate');
  const target = roleOf(room, account, isAnonymousAccount(account));
  if (!canReach(operator, target)) return refuse('not-allowed', 'this member is out of the operator’s reach');
  return checkTexts([noticeRule(order.notice), ...texts]) ?? account;
}

/** As `targetOf`, for marks that stay with an account, which anonymous guests cannot have. */
function markedTargetOf(room: CreatedRoom, order: Order, context: Context): AccountId | Refusal {
  const target = targetOf(room, order, context);
  if (typeof target !== 'string' || canBeMarked(roleOf(room, target, isAnonymousAccount(target)))) return target;
  return refuse('not-allowed', 'an anonymous guest can only be kicked');
}

export function muteMember(room: CreatedRoom, command: MuteMember, context: Context): Decision {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  if (room.members.get(target)?.muted) return unchanged;
  return done(room, context, { kind: { $case: 'muted', value: {} }, targets: [target], notice: command.notice });
}

export function unmuteMember(room: CreatedRoom, command: UnmuteMember, context: Context): Decision {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  if (!room.members.get(target)?.muted) return unchanged;
  return done(room, context, { kind: { $case: 'unmuted', value: {} }, targets: [target], notice: command.notice });
}

/** A second one replaces the first: it is never `unchanged`. */
export function timedMuteMember(room: CreatedRoom, command: TimedMuteMember, context: Context): Decision {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  const { seconds, notice } = command;
  if (!Number.isInteger(seconds) || seconds < timedMuteSeconds.least || seconds > timedMuteSeconds.most) {
    return refused('bad-request', `seconds is ${timedMuteSeconds.least} to ${timedMuteSeconds.most}`);
  }
  const untilMs = context.nowMs + seconds * 1000;
  return done(room, context, { kind: { $case: 'timedMuted', value: { seconds, untilMs } }, targets: [target], notice });
}

/** The answer and the event tell how long was left. */
export function timedUnmuteMember(room: CreatedRoom, command: TimedUnmuteMember, context: Context): Decision {
  const target = markedTargetOf(room, command, context);
  if (typeof target !== 'string') return { refusal: target };
  const secondsLeft = Math.ceil(timedMuteLeftMs(room, target, context.nowMs) / 1000);
  if (secondsLeft === 0) return unchanged;
  const kind = { $case: 'timedUnmuted', value: { secondsLeft } } as const;
  return done(room, context, { kind, targets: [target], notice: command.notice }, secondsLeft);
}

export function kickMember(room: CreatedRoom, command: KickMember, context: Context): Decision {
  const { reason, notice } = command;
  const target = targetOf(room, command, context, [{ field: 'reason', text: reason, most: textLimits.reason }]);
  if (typeof target !== 'string') return { refusal: target };
  if (!context.presence.isPresent(target)) return refused('not-found', 'the account is not in the room');
  return done(room, context, { kind: { $case: 'kicked', value: { reason, refusedUntilMs: 0 } }, targets: [target], notice });
}
