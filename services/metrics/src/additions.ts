import { mergedSketch, Sketch, timeOfPosition } from '@plaza/domain';
import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record, type RoomBatch } from '@plaza/proto/log';
import type { Calendar, Period } from './calendar.js';
import { nameOf, type Addition } from './counters.js';

const kinds = ['hour', 'day'] as const;

/** A decoded record. Throws where the bytes are none. */
export const recordOf = ({ bytes }: StoredRecord): Record => Record.decode(bytes);

export interface Additions {
  readonly additions: readonly Addition[];
  /** Who sent in which room and hour, and was not known to have: to be known once the additions are stored. */
  readonly senders: readonly string[];
}

/**
 * What records add, summed by room, hour and day: messages by their own time, what tallies say (entries, who was active) by that of the record. Who
 * sent is in the tallies too, but for those of a holder that died before its next one: so senders count by their messages as well, each once an hour
 * (`isKnown`: it has been counted).
 */
export function additionsOf(records: readonly Record[], calendar: Calendar, isKnown: (sender: string) => boolean): Additions {
  const sums = new Map<string, Sum>();
  const senders = new Set<string>();
  const each = (room: string, atMs: number, change: (sum: Sum) => void): void => {
    for (const kind of kinds) {
      const period = calendar.spanOf(kind, atMs);
      const key = `${nameOf(period)}/${room}`;
      const sum = sums.get(key) ?? new Sum(room, { kind, startMs: period.startMs });
      change(sum);
      sums.set(key, sum);
    }
  };
  for (const { timeMs, batches } of records) {
    for (const batch of batches) {
      for (const { atMs, account } of messagesOf(batch)) {
        const sender = `${calendar.spanOf('hour', atMs).startMs}/${batch.room}/${account}`;
        const isNew = account !== '' && !isKnown(sender) && !senders.has(sender);
        if (isNew) senders.add(sender);
        each(batch.room, atMs, (sum) => sum.message(isNew ? account : undefined));
      }
      const { tally } = batch;
      if (tally !== undefined && (tally.enters > 0 || tally.sketch.length > 0)) each(batch.room, timeMs, (sum) => sum.tally(tally));
    }
  }
  return { additions: [...sums.values()].map((sum) => sum.addition()), senders: [...senders] };
}

function messagesOf({ events }: RoomBatch): { atMs: number; account: string }[] {
  return events.flatMap(({ position, event }) => {
    const { kind } = Event.decode(event);
    return kind?.$case === 'message' ? [{ atMs: timeOfPosition(position), account: kind.value.account }] : [];
  });
}

/** What is added to one room in one period. */
class Sum {
  #messages = 0;
  #entries = 0;
  #sketch: Uint8Array = new Uint8Array(0);
  readonly #senders = new Sketch();

  constructor(
    private readonly room: string,
    private readonly period: Period,
  ) {}

  message(sender: string | undefined): void {
    this.#messages++;
    if (sender !== undefined) this.#senders.add(sender);
  }

  tally({ enters, sketch }: { readonly enters: number; readonly sketch: Uint8Array }): void {
    this.#entries += enters;
    this.#sketch = this.#sketch.length === 0 ? sketch : mergedSketch(this.#sketch, sketch);
  }

  addition(): Addition {
    const sketch = this.#senders.empty ? this.#sketch : mergedSketch(this.#sketch, this.#senders.encode());
    return { room: this.room, period: this.period, messages: this.#messages, entries: this.#entries, sketch };
  }
}
