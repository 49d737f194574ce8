import { causeOf } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { byMetric, CountersUnavailable, type Counters, type Increment, type Metric, type RoomFigure } from './counters.js';

/** Hours are trimmed in steps of so many rooms, so that writers are not held up. */
const removedAtOnce = 1000;

/** The counters of an embedded node. A figure's key is hour, stream (eight bytes each, big-endian), room; its value messages, entries. */
export class LmdbCounters implements Counters {
  readonly #figures: Database<Buffer, Buffer>;
  readonly #cursors: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    this.#figures = store.openDB<Buffer, Buffer>({ name: 'counters', encoding: 'binary', keyEncoding: 'binary' });
    this.#cursors = store.openDB<Buffer, Buffer>({ name: 'counters-cursors', encoding: 'binary', keyEncoding: 'binary' });
  }

  cursor(stream: number): Promise<number> {
    return asked(() => this.#cursor(stream));
  }

  add(stream: number, expected: number, cursor: number, increments: readonly Increment[]): Promise<'added' | { readonly cursor: number }> {
    return asked(() =>
      this.#figures.transaction(() => {
        const stored = this.#cursor(stream);
        if (stored !== expected) return { cursor: stored };
        for (const increment of increments) this.#increase(stream, increment);
        void this.#cursors.put(bigEndian(stream), bigEndian(cursor));
        return 'added';
      }),
    );
  }

  top(stream: number, metric: Metric, hourMs: number, limit: number): Promise<RoomFigure[]> {
    return asked(() => {
      const range = { start: figureKey(hourMs, stream), end: figureKey(hourMs, stream + 1) };
      const figures = [...this.#figures.getRange(range)].map(({ key, value }) => figureOf(key, value));
      return figures
        .filter((figure) => figure[metric] > 0)
        .sort(byMetric(metric))
        .slice(0, limit);
    });
  }

  async trim(beforeMs: number): Promise<void> {
    const range = { start: bigEndian(0), end: bigEndian(beforeMs), limit: removedAtOnce };
    for (;;) {
      const keys = [...this.#figures.getKeys(range)];
      await asked(() => this.#figures.batch(() => keys.forEach((key) => void this.#figures.remove(key))));
      if (keys.length < removedAtOnce) return;
    }
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}

  #cursor(stream: number): number {
    const stored = this.#cursors.get(bigEndian(stream));
    return stored === undefined ? 0 : fromBigEndian(stored);
  }

  #increase(stream: number, { hourMs, room, metric, by }: Increment): void {
    const key = figureKey(hourMs, stream, room);
    const stored = this.#figures.get(key);
    const figures =
      stored === undefined ? { messages: 0, entries: 0 } : { messages: fromBigEndian(stored), entries: fromBigEndian(stored, 8) };
    figures[metric] += by;
    void this.#figures.put(key, Buffer.concat([bigEndian(figures.messages), bigEndian(figures.entries)]));
  }
}

const figureKey = (hourMs: number, stream: number, room = ''): Buffer =>
  Buffer.concat([bigEndian(hourMs), bigEndian(stream), Buffer.from(room)]);
const figureOf = (key: Buffer, value: Buffer): RoomFigure => ({
  room: key.toString('utf8', 16),
  messages: fromBigEndian(value),
  entries: fromBigEndian(value, 8),
});

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CountersUnavailable(causeOf(error), { cause: error });
  }
}
