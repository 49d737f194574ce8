import type { Notice } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId, type AccountId } from '../ids.js';
import { checkTexts, textLimits, type TextRule } from '../limits.js';
import { noticeRule } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { canBeMarked, canReach, may } from '../roles.js';
import type { Context, CreatedRoom } from '../types.js';
import { actorRole, roleOf } from '../views.js';

/** A command about one account. */
export interface Order {
  readonly account: string;
  readonly notice?: Notice | undefined;
}

export const badAccount: Refusal = refuse('bad-request', 'account is 1-64 of A-Z a-z 0-9 _ - . @ :');

/** Whom an operator may act on at all, or why not. */
export function targetOf(room: CreatedRoom, order: Order, context: Context, texts: readonly TextRule[] = []): AccountId | Refusal {
  const account = parseAccountId(order.account);
  if (account === undefined) return badAccount;
  const operator = actorRole(room, context.actor);
  if (!may(operator, 'moderate')) return refuse('not-allowed', 'only the creator and administrators moderate');
  const target = roleOf(room, account, isAnonymousAccount(account));
  if (!canReach(operator, target)) return refuse('not-allowed', 'this member is out of the operator’s reach');
  return checkTexts([noticeRule(order.notice), ...texts]) ?? account;
}

/** As `targetOf`, for marks that stay with an account, which anonymous guests cannot have. */
export function markedTargetOf(room: CreatedRoom, order: Order, context: Context, texts: readonly TextRule[] = []): AccountId | Refusal {
  const target = targetOf(room, order, context, texts);
  if (typeof target !== 'string' || canBeMarked(roleOf(room, target, isAnonymousAccount(target)))) return target;
  return refuse('not-allowed', 'an anonymous guest can only be kicked');
}

/** Why this actor may not do what managers do to the room; undefined: it may. */
export const mayChangeRoom = (room: CreatedRoom, { actor }: Context): Refusal | undefined =>
  may(actorRole(room, actor), 'changeRoom') ? undefined : refuse('not-allowed', 'only the creator and administrators may do that');

export const reasonRule = (reason: string): TextRule => ({ field: 'reason', text: reason, most: textLimits.reason });
