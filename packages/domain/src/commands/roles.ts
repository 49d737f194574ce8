import { Role, type SetRole } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId, type AccountId } from '../ids.js';
import { checkTexts } from '../limits.js';
import { done, noticeRule, refusal, refused, unchanged } from '../outcome.js';
import { canBeMarked, isAppointed, may } from '../roles.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Context, CreatedRoom, Decision } from '../types.js';
import { actorRole, roleOf } from '../views.js';

const settable: readonly Role[] = [Role.ROLE_GUEST, Role.ROLE_REGULAR, Role.ROLE_ADMINISTRATOR];

/** Sets or (guest) unsets a role, also of an account that never entered. */
export function setRole(room: CreatedRoom, command: SetRole, context: Context): Decision {
  const account = parseAccountId(command.account);
  if (account === undefined) return refused('bad-request', 'account is 1-64 of A-Z a-z 0-9 _ - . @ :');
  const role = command.role || Role.ROLE_GUEST;
  if (!settable.includes(role)) return refused('bad-request', 'a role can be set to administrator, regular or guest');
  const previous = roleOf(room, account, isAnonymousAccount(account));
  const no = maySet(actorRole(room, context.actor), previous, role) ?? checkTexts([noticeRule(command.notice)]);
  if (no) return refusal(no);
  if (role === previous) return unchanged;
  if (isAppointed(role) && !isAppointed(previous) && isFull(room, account, context)) return refused('too-many-members');
  const kind = { $case: 'roleChanged', value: { role, previous } } as const;
  return done(room, context, { kind, targets: [account], notice: command.notice });
}

function maySet(operator: Role, previous: Role, role: Role): Refusal | undefined {
  const act = [previous, role].includes(Role.ROLE_ADMINISTRATOR) ? 'setAdministrator' : 'setRegular';
  if (!may(operator, act)) return refuse('not-allowed');
  if (canBeMarked(previous)) return undefined;
  return refuse('not-allowed', previous === Role.ROLE_CREATOR ? 'the creator stays the creator' : 'an anonymous guest has no other role');
}

function isFull(room: CreatedRoom, account: AccountId, { limits }: Context): boolean {
  let appointed = 0;
  for (const member of room.members.values()) if (member.account !== account && isAppointed(member.role)) appointed++;
  return appointed >= limits.permanentMembers;
}
