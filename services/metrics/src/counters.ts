import type { Period } from './calendar.js';

export const metrics = ['active', 'entries', 'messages'] as const;
export type Metric = (typeof metrics)[number];

export interface Figures {
  readonly messages: number;
  readonly entries: number;
  /** Distinct accounts, estimated. */
  readonly active: number;
}
export interface RoomFigures extends Figures {
  readonly room: string;
}
export const nothing: Figures = { messages: 0, entries: 0, active: 0 };

/** What some records add to a room in a period; of each room and period there is one at most. */
export interface Addition {
  readonly room: string;
  readonly period: Period;
  readonly messages: number;
  readonly entries: number;
  /** An encoded sketch (domain) of the accounts that were active; empty: nobody. */
  readonly sketch: Uint8Array;
}

/** How far a stream is counted. */
export interface Counted {
  /** Every record of the stream up to this log sequence is counted; 0: nothing yet. */
  readonly cursor: number;
  /** Everything that happened up to this moment is counted, but for what comes late. */
  readonly asOfMs: number;
  /** Records before this moment had aged out of the log before they were counted: periods that began earlier may lack something. 0: nothing is missing. */
  readonly wholeFromMs: number;
}
export const uncounted: Counted = { cursor: 0, asOfMs: 0, wholeFromMs: 0 };

/** `late`: how many additions came for periods that were copied and forgotten: they were left out. */
export type AddAnswer = { readonly late: number } | { readonly cursor: number };

/** A period as the counters have it. */
export interface Held<T> {
  readonly counted: Counted;
  readonly figures: T;
  /** It was copied; what was here may have been let go. */
  readonly copied: boolean;
}

export interface ChangedPeriod {
  readonly period: Period;
  /** The cursor at which it changed last. */
  readonly mark: number;
}

/**
 * Figures by period and room, one group a log stream. Additions, sketches and the cursor change in one step, so each record counts exactly once even
 * if the store itself goes back in time; what the figures are at a cursor follows from the log alone. (Merging a sketch again would change nothing;
 * the cursor guards it all the same.) Rejects with CountersUnavailable when it cannot be asked.
 */
export interface Counters {
  counted(stream: number): Promise<Counted>;
  /** Adds and sets how far is counted if the stored cursor is `expected`; otherwise changes nothing and answers the stored cursor: read on from there. */
  add(stream: number, expected: number, counted: Counted, additions: readonly Addition[]): Promise<AddAnswer>;
  /** The rooms of one stream with the most of `metric` in a period, highest first, ties by room id; none that has nothing of it. */
  top(stream: number, metric: Metric, period: Period, limit: number): Promise<Held<RoomFigures[]>>;
  /** One room in each of some periods. */
  ofRoom(stream: number, room: string, periods: readonly Period[]): Promise<Held<Figures>[]>;
  /**
   * Every room of a period, in portions, each as it is when at least everything up to `cursor` is counted: rejects where the store has gone back behind
   * it. What changes meanwhile may be missed: its mark then is another.
   */
  all(stream: number, period: Period, cursor: number): AsyncIterable<readonly RoomFigures[]>;
  /** Periods that changed since they were copied. */
  changed(stream: number): Promise<{ readonly counted: Counted; readonly periods: readonly ChangedPeriod[] }>;
  /** The period was copied as it was at its mark. Unless it has changed since, it is let go at `letGoMs`. */
  copied(stream: number, { period, mark }: ChangedPeriod, letGoMs: number): Promise<void>;
  /** Lets go of what is due, and of every trace of periods that began before a moment. */
  trim(stream: number, nowMs: number, beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Highest `metric` first, ties by room id. */
export const byMetric =
  (metric: Metric) =>
  (a: RoomFigures, b: RoomFigures): number =>
    b[metric] - a[metric] || (a.room < b.room ? -1 : 1);

/** The first `limit` rooms that have something of a metric. */
export const topOf = (rooms: readonly RoomFigures[], metric: Metric, limit: number): RoomFigures[] =>
  rooms
    .filter((figures) => figures[metric] > 0)
    .sort(byMetric(metric))
    .slice(0, limit);

export const nameOf = ({ kind, startMs }: Period): string => `${kind}:${startMs}`;
export function periodNamed(name: string): Period {
  const [kind, startMs] = name.split(':');
  return { kind: kind === 'day' ? 'day' : 'hour', startMs: Number(startMs) };
}

/** Rejects where a store that should have counted up to `cursor` has not (any more). */
export function notBehind(counted: Pick<Counted, 'cursor'>, cursor: number): void {
  if (counted.cursor < cursor) throw new CountersUnavailable(`the counters have gone back from ${cursor} to ${counted.cursor}`);
}

export class CountersUnavailable extends Error {
  override readonly name = 'CountersUnavailable';
}
