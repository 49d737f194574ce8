import { Role } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId, type AccountId } from '../ids.js';
import { checkTexts } from '../limits.js';
import { done, noticeRule, refusal, unchanged } from '../outcome.js';
import { canBeMarked, isAppointed, may } from '../roles.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Context, CreatedRoom } from '../types.js';
import { actorRole, roleOf } from '../views.js';
import type { Handler } from './handler.js';
import { badAccount } from './targets.js';

const settable: readonly Role[] = [Role.ROLE_GUEST, Role.ROLE_REGULAR, Role.ROLE_ADMINISTRATOR];

/** Sets or (guest) unsets a role, also of an account that never entered. */
export const setRole: Handler<'setRole'> = (room, command, context) => {
  const account = parseAccountId(command.account);
  if (account === undefined) return refusal(badAccount);
  const role = command.role || Role.ROLE_GUEST;
  const no = maySetRole(room, account, role, context) ?? checkTexts([noticeRule(command.notice)]);
  if (no) return refusal(no);
  const previous = roleOf(room, account, false);
  if (role === previous) return unchanged;
  const kind = { $case: 'roleChanged', value: { role, previous } } as const;
  return done(room, context, { kind, targets: [account], notice: command.notice });
};

/** Why this actor may not give this account this role; undefined: it may, or it has it already. */
export function maySetRole(room: CreatedRoom, account: AccountId, role: Role, context: Context): Refusal | undefined {
  if (!settable.includes(role)) return refuse('bad-request', 'a role can be set to administrator, regular or guest');
  const previous = roleOf(room, account, isAnonymousAccount(account));
  const act = [previous, role].includes(Role.ROLE_ADMINISTRATOR) ? 'setAdministrator' : 'setRegular';
  if (!may(actorRole(room, context.actor), act)) return refuse('not-allowed');
  if (!canBeMarked(previous)) {
    return refuse('not-allowed', previous === Role.ROLE_CREATOR ? 'the creator stays the creator' : 'an anonymous guest has no other role');
  }
  if (isAppointed(role) && room.members.get(account)?.blocked) return refuse('blocked', 'a blocked account has no role; unblock it first');
  if (!isAppointed(role) || isAppointed(previous) || !isRosterFull(room, account, context)) return undefined;
  return refuse('too-many-members', `the room has its ${context.limits.permanentMembers} administrators and regular members`);
}

/** Whether there is no place for one more administrator or regular member. */
export function isRosterFull(room: CreatedRoom, account: AccountId, { limits }: Pick<Context, 'limits'>): boolean {
  let appointed = 0;
  for (const member of room.members.values()) if (member.account !== account && isAppointed(member.role)) appointed++;
  return appointed >= limits.permanentMembers;
}
