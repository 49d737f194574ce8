import { isAnonymousAccount, parseAccountId } from '../ids.js';
import { checkRange, checkTexts, countLimits } from '../limits.js';
import { answer, done, refusal, refused, unchanged } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Command, CommandValue, Context, Decision, RoomState } from '../types.js';
import { badAccount, reasonRule } from './targets.js';

const mostOnPage = 1000;
/** Characters of an act's details. */
const mostDetails = 4096;

/** The room of accounts: what holds for an account in all rooms. It is there without being created, nobody enters it, and only the server API asks it. */
export function decideAboutAccounts(room: RoomState, command: Command, context: Context): Decision {
  if (context.actor.kind !== 'api') return refused('not-allowed', 'only the server API asks about accounts in all rooms');
  if (command.$case === 'restrictAccount') return restrictAccount(room, command.value, context);
  if (command.$case === 'noteAct') return noteAct(room, command.value, context);
  return command.$case === 'listRestrictions'
    ? listRestrictions(room, command.value)
    : refused('bad-request', 'no command of the room of accounts');
}

function restrictAccount(room: RoomState, command: CommandValue<'restrictAccount'>, context: Context): Decision {
  const account = parseAccountId(command.account);
  if (account === undefined || isAnonymousAccount(account)) return refusal(badAccount);
  const before = room.restrictions.get(account) ?? { muted: false, disabled: false, reason: '' };
  const { muted = before.muted, disabled = before.disabled, kick: kicked, reason } = command;
  const no = checkTexts([reasonRule(reason)]) ?? checkPlace(room, before.muted || before.disabled, muted || disabled);
  if (no) return refusal(no);
  if (muted === before.muted && disabled === before.disabled && !kicked) return unchanged;
  return done(room, context, { kind: { $case: 'accountRestricted', value: { muted, disabled, kicked, reason } }, targets: [account] });
}

/** It changes nothing here: it is in the log, in one order with everything else. */
function noteAct(room: RoomState, { act, details }: CommandValue<'noteAct'>, context: Context): Decision {
  if (!/^[a-z-]{1,32}$/.test(act)) return refused('bad-request', 'act is 1-32 of a-z and -');
  const no = checkTexts([{ field: 'details', text: details, most: mostDetails, opaque: true }]);
  if (no) return refusal(no);
  if (!isObject(details)) return refused('bad-request', 'details is a JSON object');
  return done(room, context, { kind: { $case: 'actNoted', value: { act, details } }, audience: 'nobody' });
}

function isObject(json: string): boolean {
  try {
    return /^\s*\{/.test(json) && typeof JSON.parse(json) === 'object';
  } catch {
    return false;
  }
}

function checkPlace({ restrictions }: RoomState, had: boolean, has: boolean): Refusal | undefined {
  if (had || !has || restrictions.size < countLimits.restrictions) return undefined;
  return refuse('too-many', `${countLimits.restrictions} accounts are restricted already`);
}

/** In the order of their names. */
function listRestrictions(room: RoomState, { pageToken, limit }: CommandValue<'listRestrictions'>): Decision {
  const no = checkRange('limit', limit, 0, mostOnPage);
  if (no) return refusal(no);
  const rest = [...room.restrictions.values()]
    .filter(({ account }) => account > pageToken)
    .sort((a, b) => (a.account < b.account ? -1 : 1));
  const restrictions = rest.slice(0, limit || mostOnPage);
  const next = rest.length > restrictions.length ? restrictions.at(-1)!.account : '';
  return answer({ $case: 'restrictionPage', value: { restrictions, next } });
}
