import { Event } from '@plaza/proto/client';
import type { LoggedRecord } from '../readings.js';
import { markOf } from '../mark.js';
import { isMeant } from './audience.js';

export interface LoggedEvent {
  readonly room: string;
  readonly position: number;
  readonly event: Event;
  readonly mark: number;
  /** Who gets it: a tag expression, '' everybody, undefined nobody. */
  readonly audience: string | undefined;
  readonly stored: boolean;
  readonly asker: string;
  readonly commandId: string;
  /** Empty: it is not by the server API. */
  readonly apiKey: string;
}

const millisecond = 1024;
const epochMs = Date.UTC(2020, 0, 1);

/** When a position was given, Unix ms (docs: positions count from 2020 in 1024ths of a ms). */
export const timeOf = (position: number): number => Math.floor(position / millisecond) + epochMs;

/** Every room's events in the order of the log. */
export function eventsByRoom(records: readonly LoggedRecord[]): ReadonlyMap<string, readonly LoggedEvent[]> {
  const rooms = new Map<string, LoggedEvent[]>();
  for (const { record } of records)
    for (const { room, events } of record.batches) {
      let known = rooms.get(room);
      if (known === undefined) rooms.set(room, (known = []));
      for (const { position, event: bytes, stored, audience, asker, commandId, apiKey = '' } of events) {
        const event = Event.decode(bytes);
        const seenBy = audience?.kind?.$case === 'nobody' ? undefined : audience?.kind?.$case === 'tags' ? audience.kind.value : '';
        known.push({ room, position, event, mark: markOf(event), audience: seenBy, stored, asker, commandId, apiKey });
      }
    }
  return rooms;
}

export const isFor = ({ audience }: LoggedEvent, tags: ReadonlySet<string>): boolean => audience !== undefined && isMeant(audience, tags);

/** The events after `after` up to `until`, both positions; `events` in their order. */
export function between(events: readonly LoggedEvent[], after: number, until: number): readonly LoggedEvent[] {
  return events.slice(firstAbove(events, after), firstAbove(events, until));
}

function firstAbove(events: readonly LoggedEvent[], position: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.position > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
