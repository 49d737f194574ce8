import { timeOfPosition } from '@plaza/domain';
import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record, type RoomBatch } from '@plaza/proto/log';
import type { Increment, Metric } from './counters.js';

const hour = 3_600_000;

/** The first ms of the hour (UTC) of a moment. */
export const hourOf = (ms: number): number => Math.floor(ms / hour) * hour;

export interface RecordCounts {
  readonly counts: readonly Increment[];
  /** When the record was written, Unix ms. */
  readonly timeMs: number;
}

/** Messages by their own time, entries (from tallies) by the record's. Throws where the bytes are no record. */
export function countsOf({ bytes }: StoredRecord): RecordCounts {
  const { timeMs, batches } = Record.decode(bytes);
  return { counts: batches.flatMap((batch) => [...messagesOf(batch), ...entriesOf(batch, timeMs)]), timeMs };
}

/** One increment for each room, hour and metric. */
export function summed(counts: readonly Increment[]): Increment[] {
  const sums = new Map<string, Increment>();
  for (const count of counts) {
    const key = `${count.hourMs}/${count.metric}/${count.room}`;
    sums.set(key, { ...count, by: count.by + (sums.get(key)?.by ?? 0) });
  }
  return [...sums.values()];
}

const messagesOf = ({ room, events }: RoomBatch): Increment[] =>
  events
    .filter(({ event }) => Event.decode(event).kind?.$case === 'message')
    .map(({ position }) => increment(room, timeOfPosition(position), 'messages', 1));

const entriesOf = ({ room, tally }: RoomBatch, timeMs: number): Increment[] =>
  tally === undefined || tally.enters === 0 ? [] : [increment(room, timeMs, 'entries', tally.enters)];

const increment = (room: string, ms: number, metric: Metric, by: number): Increment => ({ room, hourMs: hourOf(ms), metric, by });
