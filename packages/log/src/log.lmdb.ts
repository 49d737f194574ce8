import { setImmediate } from 'node:timers/promises';
import { causeOf, systemClock, wait, within, type Clock } from '@plaza/kit';
import type { RootDatabase } from 'lmdb';
import { Bell } from './bell.js';
import type { AppendAnswer, Log, StoredRecord } from './log.js';
import { LogUnavailable } from './log.js';
import { LogTables } from './tables.lmdb.js';

export interface LmdbLogOptions {
  readonly shards: number;
  readonly streams: number;
  /** When an append counts as stored: once committed (survives the death of the process) or once on disk (survives a power cut). */
  readonly fsync: 'commit' | 'always';
  readonly clock?: Clock;
}

const readBytes = 4 * 1024 * 1024;
/** Records that `follow` reads at once: little enough not to be felt on the event loop. */
const followRecords = 64;
/**
 * Between two looks of one follower: at once where nothing came lately. Each reader commits what it got, in the same process as everything else: in a room with
 * 25 batches a second that was 100 commits a second. In the history a message is this much later; who was there has it from the room.
 */
const betweenLooksMs = 250;

/**
 * The log in an embedded store. The store groups concurrent appends into one commit. Followers hear of the appends of their own process. Whoever
 * opened the store closes it, after the log.
 */
export class LmdbLog implements Log {
  readonly shards: number;
  readonly streams: number;
  readonly #store: RootDatabase<Buffer, Buffer>;
  readonly #tables: LogTables;
  readonly #fsync: 'commit' | 'always';
  readonly #clock: Clock;
  readonly #changed = new Bell();
  readonly #closed = new AbortController();

  static open(store: RootDatabase<Buffer, Buffer>, options: LmdbLogOptions): LmdbLog {
    return new LmdbLog(store, options);
  }

  private constructor(store: RootDatabase<Buffer, Buffer>, options: LmdbLogOptions) {
    this.#store = store;
    this.#tables = new LogTables(store, options.streams);
    this.shards = options.shards;
    this.streams = options.streams;
    this.#fsync = options.fsync;
    this.#clock = options.clock ?? systemClock;
  }

  get connected(): boolean {
    return !this.#closed.signal.aborted;
  }

  async tryAppend(shard: number, expected: number, bytes: Uint8Array, waitMs: number): Promise<AppendAnswer> {
    if (!this.connected) return { kind: 'unclear', cause: 'the log was closed' };
    try {
      return await within(waitMs, 'the commit', this.#append(shard, expected, bytes));
    } catch (error) {
      return { kind: 'unclear', cause: causeOf(error) };
    }
  }

  async at(shard: number, sequence: number): Promise<StoredRecord | undefined> {
    await this.#open();
    return this.#tables.at(shard % this.streams, sequence);
  }

  async read(shard: number, fromSequence: number, max: number): Promise<StoredRecord[]> {
    await this.#open();
    return this.#tables.ofShard(shard, fromSequence, max, readBytes);
  }

  async *follow(stream: number, fromSequence: number, signal: AbortSignal): AsyncGenerator<StoredRecord> {
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    const isEnded = (): boolean => ended.aborted;
    let from = fromSequence;
    let lookedMs = -Infinity;
    while (!isEnded()) {
      const records = this.#tables.ofStream(stream, from, followRecords);
      if (records.length === 0) {
        await this.#changed.heard(ended);
        await wait(systemClock, Math.max(0, lookedMs + betweenLooksMs - performance.now()), ended);
        lookedMs = performance.now();
      }
      for (const record of records) {
        if (isEnded()) return;
        from = record.sequence + 1;
        yield record;
      }
      if (records.length === followRecords) await setImmediate();
    }
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  async #append(shard: number, expected: number, bytes: Uint8Array): Promise<AppendAnswer> {
    const put = await this.#store.transaction(() => this.#tables.put(shard, expected, bytes, this.#clock.now()));
    if ('last' in put) return { kind: 'wrong-last', last: put.last };
    if (this.#fsync === 'always') await this.#store.flushed;
    this.#changed.ring();
    return { kind: 'stored', sequence: put.stored };
  }

  #open(): Promise<void> {
    return this.connected ? Promise.resolve() : Promise.reject(new LogUnavailable('the log was closed'));
  }
}
