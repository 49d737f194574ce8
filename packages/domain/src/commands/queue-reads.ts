import type { QueueElement } from '@plaza/proto/client';
import { checkNames, checkRange, countLimits, textLimits } from '../limits.js';
import { answer, refusal, refused } from '../outcome.js';
import type { Decision, Queue } from '../types.js';
import type { Handler } from './handler.js';

const mostOnPage = 100;

/** In its order. A page token is a place in the order, so that no element that stays is missed or doubled while others come and go. */
export const listQueue: Handler<'listQueue'> = ({ queue }, { pageToken, limit }) => {
  if (queue === undefined) return refused('no-queue');
  const no = checkRange('limit', limit, 0, mostOnPage);
  if (no) return refusal(no);
  if (!/^\d{0,16}$/.test(pageToken)) return refused('bad-request', 'the page token is none of this list');
  const after = pageToken === '' ? -1 : Number(pageToken);
  const rest = [...queue.items.values()].filter(({ order }) => order > after);
  const page = rest.slice(0, limit || mostOnPage);
  const next = rest.length > page.length ? String(page.at(-1)!.order) : '';
  return answered(
    queue,
    page.map(({ element }) => element),
    next,
  );
};

/** Its head, which stays. */
export const peekQueue: Handler<'peekQueue'> = ({ queue }) => {
  if (queue === undefined) return refused('no-queue');
  const head = queue.items.values().next().value;
  return answered(queue, head === undefined ? [] : [head.element]);
};

export const getQueueElements: Handler<'getQueueElements'> = ({ queue }, { keys }) => {
  if (queue === undefined) return refused('no-queue');
  if (keys.length === 0 || keys.length > countLimits.queueKeys) return refused('bad-request', `1 to ${countLimits.queueKeys} keys at once`);
  const no = checkNames(keys, 'key', textLimits.queueKey);
  if (no) return refusal(no);
  const found = keys.flatMap((key) => queue.items.get(key)?.element ?? []);
  return answered(
    queue,
    found,
    '',
    keys.filter((key) => !queue.items.has(key)),
  );
};

const answered = (queue: Queue, elements: QueueElement[], next = '', absent: string[] = []): Decision =>
  answer({ $case: 'queuePage', value: { elements, next, size: queue.size, count: queue.items.size, absent } });
