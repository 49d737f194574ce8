import { estimateOf, mergedSketch } from '@plaza/domain';
import type { Period } from './calendar.js';
import {
  CountersUnavailable,
  nameOf,
  notBehind,
  nothing,
  periodNamed,
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

/** Few, so that tests see more than one. */
const portion = 2;

interface Room extends Figures {
  readonly sketch: Uint8Array;
}

interface StoredPeriod {
  readonly rooms: Map<string, Room>;
  mark: number;
  /** Undefined: not copied. */
  letGoMs: number | undefined;
  gone: boolean;
}

interface Stored {
  counted: Counted;
  readonly periods: Map<string, StoredPeriod>;
}

/** What several MemoryCounters have in common, as processes have one Redis. */
export class MemoryCountersStorage {
  #streams = new Map<number, Stored>();
  /** False: every question rejects. What is stored stays. */
  available = true;

  stream(stream: number): Stored {
    if (!this.available) throw new CountersUnavailable('the counters are away');
    let stored = this.#streams.get(stream);
    if (stored === undefined) this.#streams.set(stream, (stored = { counted: uncounted, periods: new Map() }));
    return stored;
  }

  /** Everything is lost, as by FLUSHALL. */
  clear(): void {
    this.#streams.clear();
  }

  /** A way back to how things are now, as when an older Redis comes back. */
  copy(): () => void {
    const before = structuredClone(this.#streams);
    return () => {
      this.#streams = structuredClone(before);
    };
  }
}

/** Counters in this process's memory: for tests. */
export class MemoryCounters implements Counters {
  constructor(private readonly storage = new MemoryCountersStorage()) {}

  async counted(stream: number): Promise<Counted> {
    return this.storage.stream(stream).counted;
  }

  async add(stream: number, expected: number, counted: Counted, additions: readonly Addition[]): Promise<AddAnswer> {
    const stored = this.storage.stream(stream);
    if (stored.counted.cursor !== expected) return { cursor: stored.counted.cursor };
    stored.counted = counted;
    return { late: additions.filter((addition) => !taken(stored, addition, counted.cursor)).length };
  }

  async top(stream: number, metric: Metric, period: Period, limit: number): Promise<Held<RoomFigures[]>> {
    const { counted, periods } = this.storage.stream(stream);
    const stored = periods.get(nameOf(period));
    return { counted, figures: topOf(figuresOf(stored), metric, limit), copied: stored?.letGoMs !== undefined };
  }

  async ofRoom(stream: number, room: string, asked: readonly Period[]): Promise<Held<Figures>[]> {
    const { counted, periods } = this.storage.stream(stream);
    return asked.map((period) => {
      const stored = periods.get(nameOf(period));
      const { messages, entries, active } = stored?.rooms.get(room) ?? nothing;
      return { counted, figures: { messages, entries, active }, copied: stored?.letGoMs !== undefined };
    });
  }

  async *all(stream: number, period: Period, cursor: number): AsyncIterable<readonly RoomFigures[]> {
    for (let at = 0; ; at += portion) {
      const { counted, periods } = this.storage.stream(stream);
      notBehind(counted, cursor);
      const rooms = figuresOf(periods.get(nameOf(period))).slice(at, at + portion);
      if (rooms.length === 0) return;
      yield rooms;
    }
  }

  async changed(stream: number): Promise<{ counted: Counted; periods: ChangedPeriod[] }> {
    const { counted, periods } = this.storage.stream(stream);
    const changed = [...periods].filter(([, { letGoMs }]) => letGoMs === undefined);
    return { counted, periods: changed.map(([name, { mark }]) => ({ period: periodNamed(name), mark })) };
  }

  async copied(stream: number, { period, mark }: ChangedPeriod, letGoMs: number): Promise<void> {
    const stored = this.storage.stream(stream).periods.get(nameOf(period));
    if (stored?.mark === mark) stored.letGoMs = letGoMs;
  }

  async trim(stream: number, nowMs: number, beforeMs: number): Promise<void> {
    const { periods } = this.storage.stream(stream);
    for (const [name, stored] of periods) {
      if (periodNamed(name).startMs < beforeMs) periods.delete(name);
      else if ((stored.letGoMs ?? Infinity) <= nowMs) {
        stored.rooms.clear();
        stored.gone = true;
      }
    }
  }

  async close(): Promise<void> {}
}

/** False: the period is gone. */
function taken({ periods }: Stored, { room, period, messages, entries, sketch }: Addition, mark: number): boolean {
  const stored = periods.get(nameOf(period)) ?? { rooms: new Map<string, Room>(), mark, letGoMs: undefined, gone: false };
  if (stored.gone) return false;
  const before = stored.rooms.get(room) ?? { ...nothing, sketch: new Uint8Array(0) };
  const merged = mergedSketch(before.sketch, sketch);
  stored.rooms.set(room, {
    messages: before.messages + messages,
    entries: before.entries + entries,
    active: estimateOf(merged),
    sketch: merged,
  });
  Object.assign(stored, { mark, letGoMs: undefined });
  periods.set(nameOf(period), stored);
  return true;
}

const figuresOf = (stored: StoredPeriod | undefined): RoomFigures[] =>
  [...(stored?.rooms ?? [])].map(([room, { messages, entries, active }]) => ({ room, messages, entries, active }));
