import { countLimits, textLimits } from '@plaza/domain';
import { OfferMode, type QueueElement, type QueueResult } from '@plaza/proto/client';
import { z } from 'zod';
import { noticeOf, roomOperation } from '../room-operation.js';
import { expectCase, type Result } from '../rooms.js';
import { account, inRoom, next, notice, noticeQuery, page, pageToken, position, revision, textOf, withoutUndefined } from '../schemas.js';
import { valueOf, wordsOf } from '../words.js';

const key = textOf(textLimits.queueKey, 1);
const value = textOf(textLimits.queueValue);
const element = z
  .object({ key: z.string(), value: z.string(), owner: z.string(), transient: z.boolean(), revision: position })
  .meta({ id: 'QueueElement' });
const queuePage = z
  .object({
    elements: z.array(element),
    next,
    size: z.number().int(),
    count: z.number().int(),
    absent: z.array(z.string()).describe('Asked for by key, and not there.'),
  })
  .meta({ id: 'QueuePage' });
const queueResults = z
  .object({
    result: z.enum(['done', 'unchanged']),
    position: position.optional(),
    results: z.array(
      z.object({ key: z.string(), code: z.string().describe('Empty: done.'), why: z.string(), element: element.optional() }),
    ),
  })
  .meta({ id: 'QueueResults' });

const viewElement = (one: QueueElement): z.output<typeof element> => ({ ...one, revision: String(one.revision) });
const viewItem = ({ element: one, ...rest }: QueueResult) => ({ ...rest, ...(one === undefined ? {} : { element: viewElement(one) }) });

function viewPage(result: Result): z.output<typeof queuePage> {
  const { elements, ...rest } = expectCase(result, 'queuePage').value;
  return { ...rest, elements: elements.map(viewElement) };
}

function viewResults(result: Result): z.output<typeof queueResults> {
  const known = expectCase(result, 'queueResults', 'unchanged');
  if (known.$case === 'unchanged') return { result: 'unchanged', results: [] };
  const { position: place, results } = known.value;
  return place === 0
    ? { result: 'unchanged', results: results.map(viewItem) }
    : { result: 'done', position: String(place), results: results.map(viewItem) };
}

const reading = { tag: 'queue', scope: 'rooms:read', params: inRoom, answer: queuePage, view: viewPage } as const;
const writing = { tag: 'queue', scope: 'rooms:write', changes: true, params: inRoom, answer: queueResults, view: viewResults } as const;

export const initQueue = roomOperation({
  ...writing,
  id: 'initQueue',
  method: 'PUT',
  path: '/v1/rooms/:room/queue',
  summary: 'Make the queue, or set its size',
  description: 'Elements that exist stay if they fit; otherwise it is refused.',
  body: z.strictObject({ size: z.int().min(0).max(countLimits.queueSize).default(100), operator: notice.operator }),
  command: (given) => ({ initQueue: { size: given.size } }),
});

export const listQueue = roomOperation({
  ...reading,
  id: 'listQueue',
  method: 'GET',
  path: '/v1/rooms/:room/queue',
  summary: 'List the queue in its order',
  query: z.strictObject({ pageToken, limit: page(100, 100) }),
  command: (given) => ({ listQueue: { pageToken: given.pageToken, limit: given.limit } }),
});

export const peekQueue = roomOperation({
  ...reading,
  id: 'peekQueue',
  method: 'GET',
  path: '/v1/rooms/:room/queue/head',
  summary: 'Look at the head of the queue',
  command: () => ({ peekQueue: {} }),
});

export const getQueueElements = roomOperation({
  ...reading,
  id: 'getQueueElements',
  method: 'POST',
  path: '/v1/rooms/:room/queue/get',
  summary: 'Get elements of the queue by their keys',
  body: z.strictObject({ keys: z.array(key).min(1).max(countLimits.queueKeys) }),
  command: (given) => ({ getQueueElements: { keys: given.keys } }),
});

export const offerQueue = roomOperation({
  ...writing,
  id: 'offerQueue',
  method: 'POST',
  path: '/v1/rooms/:room/queue/offer',
  summary: 'Append or replace elements',
  description:
    'A new key goes to the tail, a known one is replaced in place. One element is refused where it cannot be; of several each has its result.',
  body: z
    .strictObject({
      elements: z
        .array(
          z.strictObject({
            key,
            value: value.default(''),
            owner: account.optional(),
            transient: z.boolean().default(false),
            ifRevision: revision.optional(),
          }),
        )
        .min(1)
        .max(countLimits.queueOffers),
      mode: z.enum(wordsOf(OfferMode)).default('both'),
      ...notice,
    })
    .meta({ examples: [{ elements: [{ key: 'seat-1', value: '{}', owner: 'ann' }] }] }),
  command: (given) => ({
    offerQueue: { elements: given.elements.map(withoutUndefined), mode: valueOf(OfferMode, given.mode), notice: noticeOf(given) },
  }),
});

export const pollQueue = roomOperation({
  ...writing,
  id: 'pollQueue',
  method: 'POST',
  path: '/v1/rooms/:room/queue/poll',
  summary: 'Take the head, or the element of a key',
  body: z.strictObject({ key: key.optional(), ifRevision: revision.optional(), ...notice }),
  command: (given) => ({ pollQueue: { ...withoutUndefined({ key: given.key, ifRevision: given.ifRevision }), notice: noticeOf(given) } }),
});

export const updateQueue = roomOperation({
  ...writing,
  id: 'updateQueue',
  method: 'POST',
  path: '/v1/rooms/:room/queue/update',
  summary: 'Set new values of known keys',
  body: z.strictObject({
    elements: z
      .array(z.strictObject({ key, value, ifRevision: revision.optional() }))
      .min(1)
      .max(countLimits.queueUpdates),
    ...notice,
  }),
  command: (given) => ({ updateQueue: { elements: given.elements.map(withoutUndefined), notice: noticeOf(given) } }),
});

export const dropQueue = roomOperation({
  ...writing,
  id: 'dropQueue',
  method: 'POST',
  path: '/v1/rooms/:room/queue/drop',
  summary: 'Empty the queue, which stays',
  body: z.strictObject(notice),
  command: (given) => ({ dropQueue: { notice: noticeOf(given) } }),
});

export const deleteQueue = roomOperation({
  ...writing,
  id: 'deleteQueue',
  method: 'DELETE',
  path: '/v1/rooms/:room/queue',
  summary: 'Delete the queue',
  query: noticeQuery,
  command: (given) => ({ deleteQueue: { notice: noticeOf(given) } }),
});
