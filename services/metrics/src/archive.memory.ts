import { ArchiveUnavailable, type Archive, type Copy, type Tops, type Version } from './archive.js';
import type { Period, PeriodKind } from './calendar.js';
import { metrics, nameOf, periodNamed, type Figures, type Metric, type RoomFigures } from './counters.js';

/** An archive in this process's memory: for tests. */
export class MemoryArchive implements Archive {
  /** By period, then room. */
  readonly #rooms = new Map<string, Map<string, Copy<Figures>>>();
  /** By period and metric, then stream. */
  readonly #tops = new Map<string, Map<number, Copy<readonly RoomFigures[]>>>();
  /** False: every question rejects. */
  available = true;
  /** Called before each write: a test may throw from it, as a process that dies does. */
  beforeWrite: () => void = () => undefined;

  async putRooms(period: Period, rooms: readonly RoomFigures[], version: Version): Promise<void> {
    for (const { room, ...figures } of rooms) {
      this.#writing();
      put(inner(this.#rooms, nameOf(period)), room, { version, figures });
    }
  }

  async putTops(period: Period, stream: number, tops: Tops, version: Version): Promise<void> {
    for (const metric of metrics) {
      this.#writing();
      put(inner(this.#tops, `${nameOf(period)}:${metric}`), stream, { version, figures: tops[metric] });
    }
  }

  async tops(period: Period, metric: Metric): Promise<ReadonlyMap<number, Copy<readonly RoomFigures[]>>> {
    this.#asked();
    return new Map(this.#tops.get(`${nameOf(period)}:${metric}`));
  }

  async series(room: string, kind: PeriodKind, fromMs: number, toMs: number): Promise<ReadonlyMap<number, Copy<Figures>>> {
    this.#asked();
    const found = [...this.#rooms].flatMap(([name, rooms]) => {
      const [period, copy] = [periodNamed(name), rooms.get(room)];
      return copy !== undefined && period.kind === kind && period.startMs >= fromMs && period.startMs < toMs
        ? [[period.startMs, copy] as const]
        : [];
    });
    return new Map(found);
  }

  async trim(beforeMs: number): Promise<void> {
    this.#asked();
    for (const kept of [this.#rooms, this.#tops]) {
      for (const name of kept.keys()) if (periodNamed(name).startMs < beforeMs) kept.delete(name);
    }
  }

  async close(): Promise<void> {}

  #asked(): void {
    if (!this.available) throw new ArchiveUnavailable('the archive is away');
  }

  #writing(): void {
    this.#asked();
    this.beforeWrite();
  }
}

function inner<K, V>(outer: Map<string, Map<K, V>>, name: string): Map<K, V> {
  const found = outer.get(name) ?? new Map<K, V>();
  outer.set(name, found);
  return found;
}

function put<K, T>(copies: Map<K, Copy<T>>, key: K, copy: Copy<T>): void {
  if (copy.version >= (copies.get(key)?.version ?? 0)) copies.set(key, copy);
}
