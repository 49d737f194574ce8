import type { Period, PeriodKind } from './calendar.js';
import type { Figures, Metric, RoomFigures } from './counters.js';

/** Which of two copies of the same figures holds: the higher one. */
export type Version = number;

export interface Copy<T> {
  readonly version: Version;
  readonly figures: T;
}

/** The first rooms by each metric. */
export type Tops = Readonly<Record<Metric, readonly RoomFigures[]>>;

/**
 * Closed hours and days, kept for some weeks. Writing something again changes nothing, and a lower version never replaces a higher one: so a copy can
 * break off anywhere and be made again, and whoever was held up may finish late. Rejects with ArchiveUnavailable when it cannot be asked.
 */
export interface Archive {
  /** Figures of rooms in a period, each room by itself. */
  putRooms(period: Period, rooms: readonly RoomFigures[], version: Version): Promise<void>;
  /** The first rooms of one stream in a period; each metric's list is replaced whole. */
  putTops(period: Period, stream: number, tops: Tops, version: Version): Promise<void>;
  /** By stream. */
  tops(period: Period, metric: Metric): Promise<ReadonlyMap<number, Copy<readonly RoomFigures[]>>>;
  /** One room in the periods that began from a moment on (inclusive) up to another (exclusive), by their starts. */
  series(room: string, kind: PeriodKind, fromMs: number, toMs: number): Promise<ReadonlyMap<number, Copy<Figures>>>;
  /** Lets go of periods that began before a moment; nothing where they expire by themselves. */
  trim(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

export class ArchiveUnavailable extends Error {
  override readonly name = 'ArchiveUnavailable';
}

/** Above every log sequence. */
const whole = 2 ** 52;

/** Figures at a log sequence: the later, the higher; but those that lack nothing are above all that may lack something. */
export const versionOf = ({ startMs }: Period, sequence: number, wholeFromMs: number): Version =>
  wholeFromMs <= startMs ? whole + sequence : sequence;
