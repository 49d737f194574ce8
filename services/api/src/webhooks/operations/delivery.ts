import { randomBytes } from 'node:crypto';
import { timeOfPosition } from '@plaza/domain';
import { LogUnavailable } from '@plaza/log';
import { z } from 'zod';
import { noteAct } from '../../audit/note-act.js';
import { operation, type Outcome } from '../../operation.js';
import { problem, unavailable } from '../../problems.js';
import { position, room } from '../../schemas.js';
import type { FeedState } from '../deliveries.js';
import { wantsRoom, type Endpoint } from '../endpoint.js';
import { clockSkewMs, placeSince } from '../locate.js';
import type { WebhookPorts } from '../webhook-ports.js';
import { streamOfRoom } from '../webhooks.js';
import { withEndpoint } from './guarded.js';
import { inWebhook } from './views.js';

const described = { tag: 'webhooks', scope: 'webhooks:write' } as const;
const time = z.number().int();
const count = z.number().int();
const mostRooms = 100;
/** Times of records and the asker's idea of time. */
const marginMs = 60_000;

const stateView = z
  .object({
    lagMs: time.describe('The age of the oldest event that waits; 0: none does.'),
    deliveredMs: time.describe('When something was delivered last; 0: never.'),
    failedMs: time.describe('When a delivery failed last; 0: never.'),
    lastError: z.string(),
    holes: count.describe('Stretches of the log that had aged out before they were delivered.'),
    waiting: count.describe('Rooms whose deliveries wait.'),
    rooms: z
      .array(
        z.object({
          room: z.string(),
          after: position.describe('What comes after it waits.'),
          failures: count.describe('In a row.'),
          nextAtMs: time,
          lastError: z.string(),
        }),
      )
      .describe(`The first ${mostRooms} of them.`),
  })
  .meta({ id: 'WebhookState' });

export const getWebhookState = operation({
  ...described,
  id: 'getWebhookState',
  method: 'GET',
  path: '/v1/webhooks/:webhook/state',
  summary: 'See how deliveries stand',
  description: 'As it was kept last, a second or two ago.',
  status: 200,
  params: inWebhook,
  answer: stateView,
  handle: ({ params }, { webhooks: { deliveries }, clock }) =>
    withEndpoint(deliveries, params.webhook, async ({ id }) => ({
      answer: viewState([...(await deliveries.feeds(id)).values()], clock.now()),
    })),
});

function viewState(feeds: readonly FeedState[], nowMs: number): z.output<typeof stateView> {
  const oldest = feeds.map(({ oldestMs }) => oldestMs).filter((ms) => ms > 0);
  const failedLast = feeds.reduce<FeedState | undefined>((last, one) => (one.failedMs > (last?.failedMs ?? 0) ? one : last), undefined);
  const lanes = feeds.flatMap((feed) => feed.lanes);
  return {
    lagMs: oldest.length === 0 ? 0 : Math.max(0, nowMs - Math.min(...oldest)),
    deliveredMs: Math.max(0, ...feeds.map(({ deliveredMs }) => deliveredMs)),
    failedMs: failedLast?.failedMs ?? 0,
    lastError: failedLast?.lastError ?? '',
    holes: feeds.reduce((sum, { holes }) => sum + holes, 0),
    waiting: lanes.length,
    rooms: lanes.slice(0, mostRooms).map(({ room: name, after, failures, nextAtMs, lastError }) => ({
      ...{ room: name, after: String(after), failures, nextAtMs: Math.floor(nextAtMs), lastError },
    })),
  };
}

export const replayWebhook = operation({
  ...described,
  id: 'replayWebhook',
  method: 'POST',
  path: '/v1/webhooks/:webhook/replay',
  summary: 'Deliver events again',
  description:
    'Of one room everything after a position, or of all rooms everything since a time, as far back as the log reaches (a day or more). They come in ' +
    'the order of their room, in front of newer ones; what was delivered before is delivered again.',
  status: 200,
  params: inWebhook,
  body: z
    .strictObject({
      room: room.optional(),
      after: position.optional().describe('With `room`; 0: from the start.'),
      sinceMs: z
        .int()
        .min(0)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('Instead of both: of all rooms, since this moment, Unix ms.'),
    })
    .meta({ examples: [{ room: 'lobby', after: '213674621952000' }] }),
  answer: z
    .object({ result: z.literal('done'), complete: z.boolean().describe('false: the log does not reach back so far; it begins later.') })
    .meta({ id: 'Replay' }),
  handle: ({ params, body, commandId }, { webhooks, clock, rooms }) =>
    withEndpoint(webhooks.deliveries, params.webhook, async (endpoint) => {
      const wrong = mistakeIn(endpoint, body);
      if (wrong !== undefined) return { problem: problem('bad-request', wrong) };
      const no = await noteAct(rooms, commandId, 'webhook-replayed', { id: endpoint.id, ...body });
      if (no !== undefined) return { problem: no };
      const { room: name = '', after = '0', sinceMs } = body;
      const streams = sinceMs === undefined ? [streamOfRoom(webhooks.log, name)] : numbers(webhooks.log.streams);
      return asked(webhooks, { endpoint, room: name, after: Number(after), sinceMs, streams, nowMs: clock.now() });
    }),
});

interface Given {
  readonly room?: string | undefined;
  readonly after?: string | undefined;
  readonly sinceMs?: number | undefined;
}

function mistakeIn(endpoint: Endpoint, { room: name, after, sinceMs }: Given): string | undefined {
  if ((name === undefined) === (sinceMs === undefined) || (name === undefined) !== (after === undefined))
    return 'expected room and after, or sinceMs';
  if (!endpoint.enabled) return 'the webhook is switched off';
  if (name !== undefined && !wantsRoom(endpoint, name)) return 'the webhook does not have this room';
  return undefined;
}

interface Asked {
  readonly endpoint: Endpoint;
  readonly room: string;
  readonly after: number;
  readonly sinceMs: number | undefined;
  readonly streams: readonly number[];
  readonly nowMs: number;
}

/** Whoever reads the streams sees it within a second or two. */
async function asked({ log, deliveries }: WebhookPorts, ask: Asked): Promise<Outcome<{ result: 'done'; complete: boolean }>> {
  const { endpoint, room: name, after, sinceMs, streams, nowMs } = ask;
  let complete = true;
  try {
    for (const stream of streams) {
      const through = await deliveries.place(stream);
      const place = await placeSince(
        log,
        stream,
        sinceMs ?? timeOfPosition(after),
        sinceMs === undefined ? clockSkewMs : marginMs,
        through,
      );
      complete &&= place.complete;
      const id = randomBytes(8).toString('hex');
      await deliveries.askReplay({ id, endpoint: endpoint.id, stream, room: name, sequence: place.sequence, after, askedMs: nowMs });
    }
  } catch (error) {
    if (error instanceof LogUnavailable) return { problem: unavailable('the log cannot be read now') };
    throw error;
  }
  return { answer: { result: 'done', complete } };
}

const numbers = (below: number): number[] => Array.from({ length: below }, (_, number) => number);
