import { byMetric, CountersUnavailable, type Counters, type Increment, type Metric, type RoomFigure } from './counters.js';

interface StreamCounters {
  cursor: number;
  /** By hour, then room. */
  readonly hours: Map<number, Map<string, { messages: number; entries: number }>>;
}

/** What several MemoryCounters have in common, as processes have one Redis. */
export class MemoryCountersStorage {
  readonly #streams = new Map<number, StreamCounters>();
  /** False: every question rejects. What is stored stays. */
  available = true;

  stream(stream: number): StreamCounters {
    if (!this.available) throw new CountersUnavailable('the counters are away');
    let counters = this.#streams.get(stream);
    if (counters === undefined) this.#streams.set(stream, (counters = { cursor: 0, hours: new Map() }));
    return counters;
  }

  streams(): Iterable<number> {
    return [...this.#streams.keys()];
  }

  /** Everything is lost, as by FLUSHALL. */
  clear(): void {
    this.#streams.clear();
  }
}

/** Counters in this process's memory: for tests. */
export class MemoryCounters implements Counters {
  constructor(private readonly storage = new MemoryCountersStorage()) {}

  async cursor(stream: number): Promise<number> {
    return this.storage.stream(stream).cursor;
  }

  async add(
    stream: number,
    expected: number,
    cursor: number,
    increments: readonly Increment[],
  ): Promise<'added' | { readonly cursor: number }> {
    const counters = this.storage.stream(stream);
    if (counters.cursor !== expected) return { cursor: counters.cursor };
    for (const { hourMs, room, metric, by } of increments) {
      const hour = counters.hours.get(hourMs) ?? new Map<string, { messages: number; entries: number }>();
      const figures = hour.get(room) ?? { messages: 0, entries: 0 };
      figures[metric] += by;
      counters.hours.set(hourMs, hour.set(room, figures));
    }
    counters.cursor = cursor;
    return 'added';
  }

  async top(stream: number, metric: Metric, hourMs: number, limit: number): Promise<RoomFigure[]> {
    const rooms = [...(this.storage.stream(stream).hours.get(hourMs) ?? [])].map(([room, figures]) => ({ room, ...figures }));
    return rooms
      .filter((figure) => figure[metric] > 0)
      .sort(byMetric(metric))
      .slice(0, limit);
  }

  async trim(beforeMs: number): Promise<void> {
    for (const stream of this.storage.streams()) {
      const { hours } = this.storage.stream(stream);
      for (const hourMs of [...hours.keys()]) if (hourMs < beforeMs) hours.delete(hourMs);
    }
  }

  async close(): Promise<void> {}
}
