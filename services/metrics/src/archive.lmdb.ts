import { causeOf } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { ArchiveUnavailable, type Archive, type Copy, type Tops, type Version } from './archive.js';
import type { Period, PeriodKind } from './calendar.js';
import { metrics, type Figures, type Metric, type RoomFigures } from './counters.js';
import { decodeTop, encodeTop } from './archive-rows.js';
import { decodeFigures, encodeFigures, encodePeriod, decodePeriod, periodBytes } from './rows.lmdb.js';

type Table = Database<Buffer, Buffer>;

const removedAtOnce = 1000;

/** The archive of an embedded node. Rooms by period and room, tops by period, metric and stream; a value begins with its version. */
export class LmdbArchive implements Archive {
  readonly #rooms: Table;
  readonly #tops: Table;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    const table = (name: string): Table => store.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.#rooms = table('archived-rooms');
    this.#tops = table('archived-tops');
  }

  async putRooms(period: Period, rooms: readonly RoomFigures[], version: Version): Promise<void> {
    const start = encodePeriod(period);
    await asked(() =>
      this.#rooms.transaction(() => {
        for (const figures of rooms) put(this.#rooms, Buffer.concat([start, Buffer.from(figures.room)]), version, encodeFigures(figures));
      }),
    );
  }

  async putTops(period: Period, stream: number, tops: Tops, version: Version): Promise<void> {
    await asked(() =>
      this.#tops.transaction(() => {
        for (const metric of metrics) put(this.#tops, topKey(period, metric, stream), version, encodeTop(tops[metric]));
      }),
    );
  }

  tops(period: Period, metric: Metric): Promise<ReadonlyMap<number, Copy<readonly RoomFigures[]>>> {
    return asked(() => {
      const found = [...this.#tops.getRange({ start: topKey(period, metric, 0), end: topKey(period, metric, Number.MAX_SAFE_INTEGER) })];
      return new Map(found.map(({ key, value }) => [fromBigEndian(key, periodBytes + 1), copyOf(value, decodeTop)]));
    });
  }

  /** A look-up for each period that there is of the kind. */
  series(room: string, kind: PeriodKind, fromMs: number, toMs: number): Promise<ReadonlyMap<number, Copy<Figures>>> {
    return asked(() => {
      const copies = new Map<number, Copy<Figures>>();
      const end = encodePeriod({ kind, startMs: toMs });
      for (let start = encodePeriod({ kind, startMs: fromMs }); ;) {
        const [key] = this.#rooms.getKeys({ start, end, limit: 1 });
        if (key === undefined) return copies;
        const { startMs } = decodePeriod(key);
        const value = this.#rooms.get(Buffer.concat([key.subarray(0, periodBytes), Buffer.from(room)]));
        if (value !== undefined) copies.set(startMs, copyOf(value, decodeFigures));
        start = encodePeriod({ kind, startMs: startMs + 1 });
      }
    });
  }

  async trim(beforeMs: number): Promise<void> {
    for (const table of [this.#rooms, this.#tops]) {
      for (const kind of ['hour', 'day'] as const) {
        await removeAll(table, encodePeriod({ kind, startMs: 0 }), encodePeriod({ kind, startMs: beforeMs }));
      }
    }
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}
}

const topKey = (period: Period, metric: Metric, stream: number): Buffer =>
  Buffer.concat([encodePeriod(period), Buffer.of(metrics.indexOf(metric)), bigEndian(stream)]);

function put(table: Table, key: Buffer, version: Version, value: Uint8Array): void {
  const stored = table.get(key);
  if (stored === undefined || version >= fromBigEndian(stored)) void table.put(key, Buffer.concat([bigEndian(version), value]));
}

const copyOf = <T>(value: Uint8Array, decode: (bytes: Uint8Array) => T): Copy<T> => ({
  version: fromBigEndian(value),
  figures: decode(value.subarray(8)),
});

async function removeAll(table: Table, start: Buffer, end: Buffer): Promise<void> {
  for (;;) {
    const keys = [...table.getKeys({ start, end, limit: removedAtOnce })];
    await asked(() => table.batch(() => keys.forEach((key) => void table.remove(key))));
    if (keys.length < removedAtOnce) return;
  }
}

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ArchiveUnavailable(causeOf(error), { cause: error });
  }
}
