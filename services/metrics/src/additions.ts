import { mergedSketch, timeOfPosition } from '@plaza/domain';
import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record, type RoomBatch } from '@plaza/proto/log';
import type { Calendar } from './calendar.js';
import { nameOf, type Addition } from './counters.js';

const kinds = ['hour', 'day'] as const;
const nobody = new Uint8Array(0);

interface Happened {
  readonly room: string;
  readonly atMs: number;
  readonly messages: number;
  readonly entries: number;
  readonly sketch: Uint8Array;
}

/** A decoded record. Throws where the bytes are none. */
export const recordOf = ({ bytes }: StoredRecord): Record => Record.decode(bytes);

/** What records add, summed by room, hour and day: messages by their own time, what tallies say (entries, who was active) by that of the record. */
export function additionsOf(records: readonly Record[], calendar: Calendar): Addition[] {
  const sums = new Map<string, Addition>();
  for (const { timeMs, batches } of records) {
    for (const happened of batches.flatMap((batch) => [...messagesOf(batch), ...tallyOf(batch, timeMs)])) {
      for (const kind of kinds) {
        const period = calendar.spanOf(kind, happened.atMs);
        const key = `${nameOf(period)}/${happened.room}`;
        sums.set(key, sum(sums.get(key) ?? { ...happened, period, messages: 0, entries: 0, sketch: nobody }, happened));
      }
    }
  }
  return [...sums.values()];
}

const messagesOf = ({ room, events }: RoomBatch): Happened[] =>
  events
    .filter(({ event }) => Event.decode(event).kind?.$case === 'message')
    .map(({ position }) => ({ room, atMs: timeOfPosition(position), messages: 1, entries: 0, sketch: nobody }));

const tallyOf = ({ room, tally }: RoomBatch, atMs: number): Happened[] =>
  tally === undefined || (tally.enters === 0 && tally.sketch.length === 0)
    ? []
    : [{ room, atMs, messages: 0, entries: tally.enters, sketch: tally.sketch }];

const sum = ({ room, period, ...before }: Addition, { messages, entries, sketch }: Happened): Addition => ({
  room,
  period: { kind: period.kind, startMs: period.startMs },
  messages: before.messages + messages,
  entries: before.entries + entries,
  sketch: before.sketch.length === 0 ? sketch : sketch.length === 0 ? before.sketch : mergedSketch(before.sketch, sketch),
});
