import type { Bot, BotFailure } from '@plaza/proto/client';
import { isAnonymousAccount, parseAccountId, type AccountId } from '../ids.js';
import { checkRange, checkTexts, countLimits, monthSeconds, textLimits } from '../limits.js';
import { answer, audienceOf, placed, refusal, refused, type Happening } from '../outcome.js';
import type { Context, CreatedRoom, Decision } from '../types.js';
import type { Handler } from './handler.js';
import { mayChangeRoom } from './targets.js';

const daySeconds = 86_400;

type Sorted = { readonly bots: readonly Bot[]; readonly failed: readonly BotFailure[]; readonly there: readonly string[] };

/** Each bot for itself: added, failed, or there already. */
export const addBots: Handler<'addBots'> = (room, { bots: asked, seconds, announce }, context) => {
  const no = mayChangeRoom(room, context) ?? checkRange('seconds', seconds, 0, monthSeconds);
  if (no) return refusal(no);
  if (asked.length === 0 || asked.length > countLimits.bots) return refused('bad-request', `1 to ${countLimits.bots} bots at once`);
  const sorted = sort(room, asked, context);
  const untilMs = context.nowMs + (seconds || daySeconds) * 1000;
  return outcome(room, context, { added: [...sorted.bots], removed: [], untilMs }, announce, sorted);
};

function sort(room: CreatedRoom, asked: readonly Bot[], context: Context): Sorted {
  const [bots, failed, there]: [Bot[], BotFailure[], string[]] = [[], [], []];
  for (const bot of asked) {
    const no = checkBot(bot, context);
    if (no) failed.push({ account: bot.account, ...no });
    else if (room.bots.has(bot.account as AccountId) || bots.some(({ account }) => account === bot.account)) there.push(bot.account);
    else bots.push(bot);
  }
  return { bots, failed, there };
}

function checkBot({ account, nickname, avatar, ext }: Bot, { limits }: Context): Omit<BotFailure, 'account'> | undefined {
  if (parseAccountId(account) === undefined || isAnonymousAccount(account))
    return { code: 'bad-request', why: 'account is 1-64 of A-Z a-z 0-9 _ - . @ :' };
  return checkTexts([
    { field: 'nickname', text: nickname, most: textLimits.nickname },
    { field: 'avatar', text: avatar, most: textLimits.avatar },
    { field: 'ext', text: ext, most: limits.extCodePoints, opaque: true },
  ]);
}

export const removeBots: Handler<'removeBots'> = (room, { accounts, announce }, context) => {
  const no = mayChangeRoom(room, context);
  if (no) return refusal(no);
  if (accounts.length === 0 || accounts.length > countLimits.bots)
    return refused('bad-request', `1 to ${countLimits.bots} accounts at once`);
  const removed = [...new Set(accounts)].filter((account) => room.bots.has(account as AccountId));
  const there = accounts.filter((account) => !room.bots.has(account as AccountId));
  return outcome(room, context, { added: [], removed, untilMs: 0 }, announce, { bots: [], failed: [], there });
};

/** Answers how many went. Neither the event nor the answer names them: there may be more than a record of the log takes. */
export const clearBots: Handler<'clearBots'> = (room, { announce }, context) => {
  const no = mayChangeRoom(room, context);
  if (no) return refusal(no);
  const count = room.bots.size;
  if (count === 0) return answer({ $case: 'botResults', value: { position: 0, succeeded: [], failed: [], there: [], count } });
  const cleared: Happening = {
    kind: { $case: 'botsChanged', value: { added: [], removed: [], untilMs: 0, expired: false, cleared: true } },
    audience: announce ? audienceOf('') : 'nobody',
  };
  const events = placed(room, context, [cleared]);
  const value = { position: events[0]!.event.position, succeeded: [], failed: [], there: [], count };
  return { ...answer({ $case: 'botResults', value }), events };
};

type Change = Omit<Extract<Happening['kind'], { $case: 'botsChanged' }>['value'], 'expired' | 'cleared'>;

/** A change that changes nothing has no event. */
function outcome(room: CreatedRoom, context: Context, change: Change, announce: boolean, { failed, there }: Sorted): Decision {
  const succeeded = [...change.added.map(({ account }) => account), ...change.removed];
  const happening = {
    kind: { $case: 'botsChanged', value: { ...change, expired: false, cleared: false } },
    targets: succeeded,
    audience: announce ? audienceOf('') : 'nobody',
  } as const;
  const events = succeeded.length === 0 ? [] : placed(room, context, [happening]);
  const position = events[0]?.event.position ?? 0;
  const value = { position, succeeded, failed: [...failed], there: [...there], count: succeeded.length };
  return { ...answer({ $case: 'botResults', value }), events };
}
