import { countLimits } from '@plaza/domain';
import { z } from 'zod';
import { roomOperation } from '../room-operation.js';
import { expectCase, type Result } from '../rooms.js';
import { inRoom, limits, month, notice, position, textOf } from '../schemas.js';

const botResults = z
  .object({
    result: z.enum(['done', 'unchanged']),
    position: position.optional(),
    succeeded: z.array(z.string()),
    failed: z.array(z.object({ account: z.string(), code: z.string(), why: z.string() })),
    there: z.array(z.string()).describe('Were bots already; removing: are none.'),
    count: z.number().int().describe('How many were added or went.'),
  })
  .meta({ id: 'BotResults' });

function viewResults(result: Result): z.output<typeof botResults> {
  const { position: place, ...rest } = expectCase(result, 'botResults').value;
  return place === 0 ? { result: 'unchanged', ...rest } : { result: 'done', position: String(place), ...rest };
}

const common = { tag: 'members', scope: 'members:write', changes: true, params: inRoom, answer: botResults, view: viewResults } as const;
const announce = z.boolean().default(false).describe('The room is told.');
const { operator } = notice;

export const addBots = roomOperation({
  ...common,
  id: 'addBots',
  method: 'POST',
  path: '/v1/rooms/:room/bots',
  summary: 'Add bots',
  description: 'Shown in the member lists with a mark, counted apart from people; they go by themselves.',
  body: z
    .strictObject({
      bots: z
        .array(
          z.strictObject({
            account: z.string().max(256).describe('Of one that is no account it is said in `failed`.'),
            nickname: textOf(limits.nickname).default(''),
            avatar: textOf(limits.url).default(''),
            ext: textOf(limits.ext).default(''),
          }),
        )
        .min(1)
        .max(countLimits.bots),
      seconds: month(1).default(86_400),
      announce,
      operator,
    })
    .meta({ examples: [{ bots: [{ account: 'bot-1', nickname: 'Helper' }] }] }),
  command: (given) => ({ addBots: { bots: given.bots, seconds: given.seconds, announce: given.announce } }),
});

export const removeBots = roomOperation({
  ...common,
  id: 'removeBots',
  method: 'POST',
  path: '/v1/rooms/:room/bots/remove',
  summary: 'Remove bots',
  body: z.strictObject({ accounts: z.array(z.string().max(256)).min(1).max(countLimits.bots), announce, operator }),
  command: (given) => ({ removeBots: { accounts: given.accounts, announce: given.announce } }),
});

export const clearBots = roomOperation({
  ...common,
  id: 'clearBots',
  method: 'DELETE',
  path: '/v1/rooms/:room/bots',
  summary: 'Remove all bots',
  query: z.strictObject({ announce: z.enum(['true', 'false']).default('false'), operator }),
  command: (given) => ({ clearBots: { announce: given.announce === 'true' } }),
});
