export type Metric = 'messages' | 'entries';

export interface Increment {
  readonly room: string;
  /** The hour's first ms, Unix. */
  readonly hourMs: number;
  readonly metric: Metric;
  readonly by: number;
}

export interface RoomFigure {
  readonly room: string;
  readonly messages: number;
  readonly entries: number;
}

/**
 * Counters per hour and room, one group a log stream. The increments and the cursor change in one step, so each record counts exactly once even
 * if the store itself goes back in time. Rejects with CountersUnavailable when it cannot be asked.
 */
export interface Counters {
  /** Every record of the stream up to this sequence is counted; 0: nothing yet. */
  cursor(stream: number): Promise<number>;
  /** Adds and moves the cursor if the stored one is `expected`; otherwise changes nothing and answers the stored cursor: read on from there. */
  add(stream: number, expected: number, cursor: number, increments: readonly Increment[]): Promise<'added' | { readonly cursor: number }>;
  /** The rooms of one stream with the most of `metric` in an hour, highest first, ties by room id. */
  top(stream: number, metric: Metric, hourMs: number, limit: number): Promise<RoomFigure[]>;
  /** Lets go of hours that began before a moment; nothing where they expire by themselves. */
  trim(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Highest `metric` first, ties by room id. */
export const byMetric =
  (metric: Metric) =>
  (a: RoomFigure, b: RoomFigure): number =>
    b[metric] - a[metric] || (a.room < b.room ? -1 : 1);

export class CountersUnavailable extends Error {
  override readonly name = 'CountersUnavailable';
}
