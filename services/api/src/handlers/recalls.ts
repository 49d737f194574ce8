import type { Message } from '@plaza/proto/client';
import { type Event } from '@plaza/proto/client';
import { textLimits } from '@plaza/domain';
import { z } from 'zod';
import { operation, type Ports } from '../operation.js';
import { problem } from '../problems.js';
import { commandOf, noticeOf, roomOperation } from '../room-operation.js';
import { account, change, inRoom, notice, noticeQuery, ofMember, position, room, textOf } from '../schemas.js';
import { viewChange } from '../views.js';

const silent = z.boolean().default(false).describe('It leaves the history, and nobody is told.');
const common = { tag: 'messages', scope: 'messages:write', changes: true, answer: change } as const;
const pageLimit = 200;
const unknownHead = { head: 0, headSequence: 0 };

/** Messages of an account that the room does not remember any more are found in the history. */
async function stored(
  { rooms, history }: Ports,
  name: string,
  sender: string,
  isMeant: (event: Event) => boolean,
  aroundMs?: number,
): Promise<Event | undefined> {
  const bound = aroundMs === undefined ? {} : { afterMs: aroundMs - 1 };
  const page = {
    before: undefined,
    after: undefined,
    beforeMs: undefined,
    afterMs: undefined,
    limit: pageLimit,
    types: [],
    sender,
    audienceTag: '',
    ...bound,
  };
  const newest = (await rooms.head(name)) ?? unknownHead;
  const found = await history.read({ room: name, ...newest, page, viewer: undefined }).catch(() => undefined);
  return found?.events.find(isMeant);
}

const isOf = (event: Event, commandId: string | undefined, sentMs: number | undefined): boolean =>
  event.kind?.$case === 'message' && (commandId === undefined ? event.timeMs === sentMs : event.kind.value.commandId === commandId);

export const recallMessage = operation({
  ...common,
  id: 'recallMessage',
  method: 'POST',
  path: '/v1/rooms/:room/messages/recall',
  summary: 'Take a message back',
  description: 'By its id, by its sender and the sender’s own id of it, or by its sender and its time.',
  status: 200,
  params: inRoom,
  body: z
    .strictObject({
      messageId: position.optional(),
      account: account.optional(),
      commandId: textOf(textLimits.commandId, 1).optional(),
      sentMs: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
      silent,
      ...notice,
    })
    .refine(
      ({ messageId, account: sender, commandId, sentMs }) =>
        messageId !== undefined || (sender !== undefined && (commandId ?? sentMs) !== undefined),
      {
        error: 'expected messageId, or account with commandId or sentMs',
      },
    )
    .meta({
      anyOf: [{ required: ['messageId'] }, { required: ['account', 'commandId'] }, { required: ['account', 'sentMs'] }],
      examples: [{ messageId: '213674621952000' }],
    }),
  async handle({ params, body, commandId: key }, ports) {
    const { messageId = '', account: sender = '', commandId, sentMs, silent: quietly, operator } = body;
    const named = {
      messageId,
      account: sender,
      sentCommandId: commandId ?? '',
      sentMs: sentMs ?? 0,
      silent: quietly,
      notice: noticeOf(body),
    };
    const ask = (which: typeof named) => ports.rooms.command({ ...params, operator, commandId: key }, commandOf({ recallMessage: which }));
    const outcome = await ask(named);
    if (!('problem' in outcome)) return { answer: viewChange(outcome.result) };
    if (outcome.problem.code !== 'not-found' || messageId !== '') return outcome;
    const event = await stored(ports, params.room, sender, (one) => isOf(one, commandId, sentMs), sentMs);
    if (event === undefined) return outcome;
    const again = await ask({ ...named, messageId: String(event.position) });
    return 'problem' in again ? again : { answer: viewChange(again.result) };
  },
});

export const recallMessages = roomOperation({
  ...common,
  id: 'recallMessages',
  method: 'POST',
  path: '/v1/rooms/:room/members/:account/recall',
  summary: 'Take all messages of an account back',
  params: ofMember,
  body: z.strictObject({ sinceMs: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('Unix ms.'), silent, ...notice }),
  command: (given) => ({
    recallMessages: { account: given.account, sinceMs: given.sinceMs, silent: given.silent, notice: noticeOf(given) },
  }),
  view: viewChange,
});

export const pinMessage = operation({
  ...common,
  id: 'pinMessage',
  method: 'PUT',
  path: '/v1/rooms/:room/pin',
  summary: 'Pin a message',
  description: 'One a room; another replaces it.',
  status: 200,
  params: inRoom,
  body: z.strictObject({ messageId: position, ...notice }),
  async handle({ params, body, commandId }, ports) {
    const ask = (message?: Message) =>
      ports.rooms.command(
        { ...params, operator: body.operator, commandId },
        { $case: 'pinMessage', value: { messageId: body.messageId, message, notice: noticeOf(body) } },
      );
    const outcome = await ask();
    if (!('problem' in outcome)) return { answer: viewChange(outcome.result) };
    if (outcome.problem.code !== 'not-found') return outcome;
    const at = Number(body.messageId);
    const page = {
      before: at + 1,
      after: undefined,
      beforeMs: undefined,
      afterMs: undefined,
      limit: 1,
      types: [],
      sender: '',
      audienceTag: '',
    };
    const newest = (await ports.rooms.head(params.room)) ?? unknownHead;
    const found = await ports.history.read({ ...params, ...newest, page, viewer: undefined }).catch(() => undefined);
    const event = found?.events.find(({ position: place }) => place === at);
    if (event?.kind?.$case !== 'message') return { problem: problem('not-found', 'there is no such message') };
    const again = await ask(event.kind.value);
    return 'problem' in again ? again : { answer: viewChange(again.result) };
  },
});

export const unpinMessage = roomOperation({
  ...common,
  id: 'unpinMessage',
  method: 'DELETE',
  path: '/v1/rooms/:room/pin',
  summary: 'Unpin the pinned message',
  params: inRoom,
  query: noticeQuery,
  command: (given) => ({ unpinMessage: { notice: noticeOf(given) } }),
  view: viewChange,
});

export const react = roomOperation({
  ...common,
  id: 'react',
  method: 'POST',
  path: '/v1/rooms/:room/reactions',
  summary: 'React',
  description: 'Counted, and told once a second as totals.',
  params: z.strictObject({ room }),
  body: z
    .strictObject({ kind: textOf(textLimits.reaction, 1), count: z.int().min(1).max(100).default(1), as: account.optional() })
    .meta({ examples: [{ kind: 'heart', count: 3 }] }),
  command: (given) => ({ react: { kind: given.kind, count: given.count } }),
  view: viewChange,
});
