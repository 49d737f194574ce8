import { QueueChange, type QueueElement } from '@plaza/proto/client';
import { queueItemSlot } from '../slots.js';
import type { Queue, RoomState } from '../types.js';
import type { Appliers, EventValue } from './applier.js';

type Value = EventValue<'queueChanged'>;

const changes: Readonly<Record<number, (room: RoomState, value: Value, position: number) => string[]>> = {
  [QueueChange.QUEUE_CHANGE_INIT]: (room, { size }, position) => {
    room.queue = { ...(room.queue ?? emptyQueue(position)), size };
    return ['queue'];
  },
  [QueueChange.QUEUE_CHANGE_OFFER]: put,
  [QueueChange.QUEUE_CHANGE_UPDATE]: put,
  [QueueChange.QUEUE_CHANGE_POLL]: take,
  [QueueChange.QUEUE_CHANGE_OWNER_LEFT]: take,
  [QueueChange.QUEUE_CHANGE_DROP]: (room) => clear(room),
  [QueueChange.QUEUE_CHANGE_DELETE]: (room) => {
    const touched = clear(room);
    room.queue = undefined;
    return [...touched, 'queue'];
  },
};

export const queueEvents: Appliers<'queueChanged'> = {
  queueChanged: (room, { position }, value) => changes[value.change]?.(room, value, position) ?? [],
};

/** A page token of a queue that was deleted finds the beginning of the next one: orders never come again. */
const emptyQueue = (position: number): Queue => ({ size: 0, nextOrder: position, items: new Map() });

/** Known keys keep their place; new ones go to the tail. */
function put({ queue }: RoomState, { elements }: Value): string[] {
  if (queue === undefined) return [];
  for (const element of elements)
    queue.items.set(element.key, { element, order: queue.items.get(element.key)?.order ?? queue.nextOrder++ });
  return ['queue', ...slotsOfElements(elements)];
}

function take({ queue }: RoomState, { elements }: Value): string[] {
  for (const { key } of elements) queue?.items.delete(key);
  return slotsOfElements(elements);
}

function clear({ queue }: RoomState): string[] {
  const touched = [...(queue?.items.keys() ?? [])].map(queueItemSlot);
  queue?.items.clear();
  return touched;
}

const slotsOfElements = (elements: readonly QueueElement[]): string[] => elements.map(({ key }) => queueItemSlot(key));
