import { inParallel } from '@plaza/kit';
import { z } from 'zod';
import { itemId } from '../item-id.js';
import { operation, type Ports } from '../operation.js';
import { problem, type Problem } from '../problems.js';
import { commandOf } from '../room-operation.js';
import type { Answered } from '../rooms.js';
import { addressedMessage, inRoom, messageBody, messageCommand, room } from '../schemas.js';
import { sent, viewSent } from '../sent.js';

type Message = z.output<typeof messageBody>;

/** One message to one room, on the platform's behalf or as an account, which obeys what holds for it in all rooms, too. */
async function send({ rooms, accounts }: Ports, to: string, body: Message, commandId: string): Promise<Answered | { problem: Problem }> {
  if (body.as !== undefined && accounts.isDisabled(body.as)) return { problem: problem('disabled') };
  if (body.as !== undefined && accounts.isMuted(body.as)) return { problem: problem('muted-everywhere') };
  return rooms.command({ room: to, commandId, as: body.as }, commandOf(messageCommand(body)));
}

export const sendMessage = operation({
  id: 'sendMessage',
  method: 'POST',
  path: '/v1/rooms/:room/messages',
  tag: 'messages',
  scope: 'messages:write',
  summary: 'Send a message',
  description: 'Answers once it is known what became of it. Sent as an account it obeys the mutes and blocks of that account.',
  status: 201,
  changes: true,
  params: inRoom,
  body: messageBody,
  answer: sent,
  async handle({ params, body, commandId }, ports) {
    const outcome = await send(ports, params.room, body, commandId);
    return 'problem' in outcome ? outcome : { answer: viewSent(outcome.result) };
  },
});

const failed = z.object({
  result: z.enum(['refused', 'unavailable']),
  code: z.string(),
  detail: z.string(),
  retryAfterMs: z.number().int().optional(),
});
const failedOf = ({ code, detail, retryAfterMs }: Problem): z.output<typeof failed> => ({
  result: code === 'unavailable' ? 'unavailable' : 'refused',
  code,
  detail,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

export const sendBatch = operation({
  id: 'sendBatch',
  method: 'POST',
  path: '/v1/messages/batch',
  tag: 'messages',
  scope: 'messages:write',
  summary: 'Send up to 100 messages',
  description: 'To one room or several; each has its own result, in the order of the items. Messages to one room keep their order.',
  status: 200,
  changes: true,
  bodyLimitBytes: 1024 * 1024,
  body: z
    .strictObject({ messages: z.array(addressedMessage).min(1).max(100) })
    .meta({ examples: [{ messages: [{ room: 'lobby', text: 'Hello' }] }] }),
  answer: z.object({ results: z.array(z.union([sent, failed])) }).meta({ id: 'BatchResult' }),
  async handle({ body: { messages }, commandId }, ports) {
    const outcomes = await Promise.all(messages.map(({ room: to, ...message }, i) => send(ports, to, message, itemId(commandId, i))));
    return {
      answer: { results: outcomes.map((outcome) => ('problem' in outcome ? failedOf(outcome.problem) : viewSent(outcome.result))) },
    };
  },
});

const roomsAtOnce = 50;
const roomsAPage = 1000;
const mostFailures = 1000;

export const broadcast = operation({
  id: 'broadcast',
  method: 'POST',
  path: '/v1/messages/broadcast',
  tag: 'messages',
  scope: 'messages:write',
  summary: 'Send a message to all rooms',
  description:
    'To up to `limit` rooms behind `pageToken`; go on with `next` until it is empty, with the same body and Idempotency-Key. Closed rooms are passed over. The rooms in which it failed are named.',
  status: 200,
  changes: true,
  body: z
    .strictObject({
      message: messageBody,
      pageToken: z.string().max(512).default(''),
      limit: z.int().min(1).max(roomsAPage).default(roomsAPage),
    })
    .meta({ examples: [{ message: { notification: { title: 'Maintenance at noon' } } }] }),
  answer: z
    .object({
      sent: z.number().int(),
      closed: z.number().int(),
      failed: z.array(failed.extend({ room })).describe('At most 1000.'),
      next: z.string().describe('Empty: every room was reached.'),
    })
    .meta({ id: 'Broadcast' }),
  async handle({ body: { message, pageToken, limit }, commandId }, ports) {
    const page = await ports.history.rooms({ account: '', created: false, pageToken, limit }).catch(() => undefined);
    if (page === undefined) return { problem: problem('unavailable', 'the index of rooms cannot be read now', 1000) };
    const outcomes = await inParallel(page.rooms, roomsAtOnce, ({ room: to }) => send(ports, to, message, itemId(commandId, to)));
    const failures = outcomes.flatMap((outcome, i) =>
      'problem' in outcome ? [{ room: page.rooms[i]!.room, problem: outcome.problem }] : [],
    );
    const closed = failures.filter(({ problem: { code } }) => code === 'room-closed').length;
    const told = failures.filter(({ problem: { code } }) => code !== 'room-closed').slice(0, mostFailures);
    const answer = {
      sent: outcomes.length - failures.length,
      closed,
      failed: told.map((one) => ({ room: one.room, ...failedOf(one.problem) })),
      next: page.next,
    };
    return { answer };
  },
});
