import { systemClock, type Clock } from '@plaza/kit';
import type { RootDatabase } from 'lmdb';
import type { LogKeeping, StreamMoment } from './keeping.js';
import { LogTables } from './tables.lmdb.js';

/** Records that one trimming transaction looks at: little enough not to be felt on the event loop. */
const trimRecords = 256;

/**
 * The ages of the embedded log. Nothing ages by itself: `keepFor` takes out what is older, but each shard's newest record, so that no shard is ever
 * empty again. The store has no bound of its own; `bytes` are those of the whole store.
 */
export class LmdbKeeping implements LogKeeping {
  readonly shards: number;
  readonly streams: number;
  readonly #store: RootDatabase<Buffer, Buffer>;
  readonly #tables: LogTables;
  readonly #clock: Clock;

  constructor(
    store: RootDatabase<Buffer, Buffer>,
    { shards, streams, clock = systemClock }: { readonly shards: number; readonly streams: number; readonly clock?: Clock },
  ) {
    this.#store = store;
    this.#tables = new LogTables(store, streams);
    this.#clock = clock;
    this.shards = shards;
    this.streams = streams;
  }

  async moment(stream: number): Promise<StreamMoment> {
    const { pageSize, lastPageNumber } = this.#store.getStats() as { pageSize: number; lastPageNumber: number };
    const bytes = pageSize * (lastPageNumber + 1);
    return { nowMs: this.#clock.now(), bytes, last: this.#tables.lastOf(stream), maxBytes: undefined };
  }

  async writtenAfter(stream: number, sequence: number, shard?: number): Promise<number | undefined> {
    return this.#tables.writtenFrom(stream, sequence + 1, shard);
  }

  async keepFor(stream: number, ageMs: number): Promise<void> {
    const beforeMs = this.#clock.now() - ageMs;
    for (let from: number | undefined = 0; from !== undefined;) {
      const start: number = from;
      from = await this.#store.transaction(() => this.#tables.trim(stream, start, beforeMs, trimRecords));
    }
  }
}
