import { estimateOf, mergedSketch } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import type { Period } from './calendar.js';
import {
  CountersUnavailable,
  notBehind,
  nothing,
  topOf,
  uncounted,
  type AddAnswer,
  type Addition,
  type ChangedPeriod,
  type Counted,
  type Counters,
  type Figures,
  type Held,
  type Metric,
  type RoomFigures,
} from './counters.js';
import { decodeFigures, decodePeriod, encodeFigures, encodePeriod, periodBytes } from './rows.lmdb.js';

type Table = Database<Buffer, Buffer>;

/** So many rooms are removed in one transaction and read in one portion, so that others get their turn. */
const atOnce = 500;
/** In a mark: not copied; copied and gone. A number between them is when the period is let go. */
const notCopied = 0;
const gone = Number.MAX_SAFE_INTEGER;

/** The counters of an embedded node. Figures and sketches by stream, period, room; marks (the cursor, and what has become of the copy) by stream, period. */
export class LmdbCounters implements Counters {
  readonly #counted: Table;
  readonly #figures: Table;
  readonly #sketches: Table;
  readonly #marks: Table;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    const table = (name: string): Table => store.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.#counted = table('figures-counted');
    this.#figures = table('figures');
    this.#sketches = table('figures-sketches');
    this.#marks = table('figures-marks');
  }

  counted(stream: number): Promise<Counted> {
    return asked(() => this.#countedOf(stream));
  }

  add(stream: number, expected: number, counted: Counted, additions: readonly Addition[]): Promise<AddAnswer> {
    return asked(() =>
      this.#figures.transaction(() => {
        const { cursor } = this.#countedOf(stream);
        if (cursor !== expected) return { cursor };
        void this.#counted.put(bigEndian(stream), numbers(counted.cursor, counted.asOfMs, counted.wholeFromMs));
        return { late: additions.filter((addition) => !this.#take(stream, addition, counted.cursor)).length };
      }),
    );
  }

  top(stream: number, metric: Metric, period: Period, limit: number): Promise<Held<RoomFigures[]>> {
    return asked(() => ({ ...this.#held(stream, period), figures: topOf([...this.#rooms(stream, period)], metric, limit) }));
  }

  ofRoom(stream: number, room: string, periods: readonly Period[]): Promise<Held<Figures>[]> {
    return asked(() =>
      periods.map((period) => {
        const stored = this.#figures.get(keyOf(stream, period, room));
        return { ...this.#held(stream, period), figures: stored === undefined ? nothing : decodeFigures(stored) };
      }),
    );
  }

  async *all(stream: number, period: Period, cursor: number): AsyncIterable<readonly RoomFigures[]> {
    for (let after = ''; ;) {
      notBehind(this.#countedOf(stream), cursor);
      const portion = await asked(() => [...this.#rooms(stream, period, after, atOnce)]);
      if (portion.length > 0) yield portion;
      if (portion.length < atOnce) return;
      after = portion.at(-1)!.room;
    }
  }

  changed(stream: number): Promise<{ counted: Counted; periods: ChangedPeriod[] }> {
    return asked(() => {
      const all = [...this.#marks.getRange({ start: bigEndian(stream), end: bigEndian(stream + 1) })];
      const changed = all.filter(({ value }) => fromBigEndian(value, 8) === notCopied);
      const periods = changed.map(({ key, value }) => ({ period: decodePeriod(key.subarray(8)), mark: fromBigEndian(value) }));
      return { counted: this.#countedOf(stream), periods };
    });
  }

  async copied(stream: number, { period, mark }: ChangedPeriod, letGoMs: number): Promise<void> {
    await asked(() =>
      this.#marks.transaction(() => {
        if (this.#markOf(stream, period)?.cursor === mark) void this.#marks.put(keyOf(stream, period), numbers(mark, letGoMs));
      }),
    );
  }

  async trim(stream: number, nowMs: number, beforeMs: number): Promise<void> {
    for (const { key } of [...this.#marks.getRange({ start: bigEndian(stream), end: bigEndian(stream + 1) })]) {
      const period = decodePeriod(key.subarray(8));
      const old = period.startMs < beforeMs;
      const goes = await asked(() => this.#marks.transaction(() => this.#letGo(stream, period, old ? gone : nowMs)));
      if (!goes) continue;
      for (const table of [this.#figures, this.#sketches]) await this.#empty(table, stream, period);
      if (old) await asked(() => this.#marks.remove(key));
    }
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}

  #countedOf(stream: number): Counted {
    const stored = this.#counted.get(bigEndian(stream));
    if (stored === undefined) return uncounted;
    return { cursor: fromBigEndian(stored), asOfMs: fromBigEndian(stored, 8), wholeFromMs: fromBigEndian(stored, 16) };
  }

  #markOf(stream: number, period: Period): { cursor: number; letGoMs: number } | undefined {
    const stored = this.#marks.get(keyOf(stream, period));
    return stored === undefined ? undefined : { cursor: fromBigEndian(stored), letGoMs: fromBigEndian(stored, 8) };
  }

  #held(stream: number, period: Period): { counted: Counted; copied: boolean } {
    return { counted: this.#countedOf(stream), copied: (this.#markOf(stream, period)?.letGoMs ?? notCopied) !== notCopied };
  }

  /** False: the period is gone. */
  #take(stream: number, { room, period, messages, entries, sketch }: Addition, cursor: number): boolean {
    if (this.#markOf(stream, period)?.letGoMs === gone) return false;
    const key = keyOf(stream, period, room);
    const stored = this.#figures.get(key);
    const before = stored === undefined ? nothing : decodeFigures(stored);
    const merged = sketch.length === 0 ? undefined : mergedSketch(this.#sketches.get(key) ?? sketch, sketch);
    const active = merged === undefined ? before.active : estimateOf(merged);
    void this.#figures.put(key, encodeFigures({ messages: before.messages + messages, entries: before.entries + entries, active }));
    if (merged !== undefined) void this.#sketches.put(key, Buffer.from(merged));
    void this.#marks.put(keyOf(stream, period), numbers(cursor, notCopied));
    return true;
  }

  /** Whether the period goes: it is due at `dueMs`, and no additions are taken from now on. */
  #letGo(stream: number, period: Period, dueMs: number): boolean {
    const mark = this.#markOf(stream, period);
    if (mark === undefined || mark.letGoMs > dueMs || (mark.letGoMs === notCopied && dueMs !== gone)) return false;
    void this.#marks.put(keyOf(stream, period), numbers(mark.cursor, gone));
    return true;
  }

  *#rooms(stream: number, period: Period, after = '', limit = Infinity): Iterable<RoomFigures> {
    const start = after === '' ? keyOf(stream, period) : Buffer.concat([keyOf(stream, period, after), Buffer.of(0)]);
    const range = { start, end: endOf(stream, period), ...(limit === Infinity ? {} : { limit }) };
    for (const { key, value } of this.#figures.getRange(range))
      yield { room: key.toString('utf8', 8 + periodBytes), ...decodeFigures(value) };
  }

  async #empty(table: Table, stream: number, period: Period): Promise<void> {
    for (;;) {
      const keys = [...table.getKeys({ start: keyOf(stream, period), end: endOf(stream, period), limit: atOnce })];
      await asked(() => table.batch(() => keys.forEach((key) => void table.remove(key))));
      if (keys.length < atOnce) return;
    }
  }
}

const numbers = (...values: readonly number[]): Buffer => Buffer.concat(values.map(bigEndian));
const keyOf = (stream: number, period: Period, room = ''): Buffer =>
  Buffer.concat([bigEndian(stream), encodePeriod(period), Buffer.from(room)]);
/** Above every room of the period: ids are ASCII. */
const endOf = (stream: number, period: Period): Buffer => Buffer.concat([keyOf(stream, period), Buffer.of(0xff)]);

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CountersUnavailable(causeOf(error), { cause: error });
  }
}
