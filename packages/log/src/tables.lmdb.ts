import type { Database, RootDatabase } from 'lmdb';
import type { StoredRecord } from './log.js';
import { decodeNumber, decodePlace, decodeStored, encodeNumber, encodePlace, encodeStored, keyOf, sequenceOfKey } from './keys.lmdb.js';

/** What happened to one try, inside its transaction. */
export type Put = { readonly stored: number } | { readonly last: number };

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * The log's four tables. Writing methods run inside a write transaction of the store, of which there is one at a time, in whatever process: that is
 * the fence.
 */
export class LogTables {
  /** (shard, sequence) -> expected, bytes. */
  readonly #records: Database<Buffer, Buffer>;
  /** (stream, sequence) -> shard, time. */
  readonly #index: Database<Buffer, Buffer>;
  /** (shard, 0) -> its newest sequence. */
  readonly #heads: Database<Buffer, Buffer>;
  /** (stream, 0) -> its newest sequence. */
  readonly #sequences: Database<Buffer, Buffer>;

  constructor(
    store: RootDatabase<Buffer, Buffer>,
    private readonly streams: number,
  ) {
    const table = (name: string): Database<Buffer, Buffer> => store.openDB<Buffer, Buffer>({ name, ...binary });
    this.#records = table('log-records');
    this.#index = table('log-index');
    this.#heads = table('log-heads');
    this.#sequences = table('log-sequences');
  }

  put(shard: number, expected: number, bytes: Uint8Array, atMs: number): Put {
    const last = this.headOf(shard);
    if (last !== expected) return { last };
    const stream = shard % this.streams;
    const sequence = decodeNumber(this.#sequences.get(keyOf(stream, 0))) + 1;
    void this.#sequences.put(keyOf(stream, 0), encodeNumber(sequence));
    void this.#heads.put(keyOf(shard, 0), encodeNumber(sequence));
    void this.#index.put(keyOf(stream, sequence), encodePlace({ shard, atMs }));
    void this.#records.put(keyOf(shard, sequence), encodeStored(expected, bytes));
    return { stored: sequence };
  }

  headOf(shard: number): number {
    return decodeNumber(this.#heads.get(keyOf(shard, 0)));
  }

  lastOf(stream: number): number {
    return decodeNumber(this.#sequences.get(keyOf(stream, 0)));
  }

  at(stream: number, sequence: number): StoredRecord | undefined {
    const place = this.#index.get(keyOf(stream, sequence));
    if (place === undefined) return undefined;
    const { shard } = decodePlace(place);
    const value = this.#records.get(keyOf(shard, sequence));
    return value === undefined ? undefined : { sequence, shard, ...decodeStored(value) };
  }

  ofShard(shard: number, fromSequence: number, max: number, maxBytes: number): StoredRecord[] {
    const records: StoredRecord[] = [];
    let bytes = 0;
    for (const { key, value } of this.#records.getRange({ start: keyOf(shard, fromSequence), end: keyOf(shard + 1, 0), limit: max })) {
      records.push({ sequence: sequenceOfKey(key), shard, ...decodeStored(value) });
      bytes += value.length;
      if (bytes >= maxBytes) break;
    }
    return records;
  }

  ofStream(stream: number, fromSequence: number, max: number): StoredRecord[] {
    const range = { start: keyOf(stream, fromSequence), end: keyOf(stream + 1, 0), limit: max };
    const sequences = [...this.#index.getKeys(range)].map(sequenceOfKey);
    return sequences.map((sequence) => this.at(stream, sequence)).filter((record) => record !== undefined);
  }

  /** When the first record from a sequence on was written, of the stream or of one shard of it. */
  writtenFrom(stream: number, fromSequence: number, shard?: number): number | undefined {
    const [table, of] = shard === undefined ? [this.#index, stream] : [this.#records, shard];
    const [key] = table.getKeys({ start: keyOf(of, fromSequence), end: keyOf(of + 1, 0), limit: 1 });
    const place = key === undefined ? undefined : this.#index.get(keyOf(stream, sequenceOfKey(key)));
    return place === undefined ? undefined : decodePlace(place).atMs;
  }

  /**
   * Removes up to `max` records of a stream written before `beforeMs`, from a sequence on, but each shard's newest. Returns the sequence to go on
   * from, or undefined at the end.
   */
  trim(stream: number, fromSequence: number, beforeMs: number, max: number): number | undefined {
    const places = [...this.#index.getRange({ start: keyOf(stream, fromSequence), end: keyOf(stream + 1, 0), limit: max })];
    for (const { key, value } of places) {
      const sequence = sequenceOfKey(key);
      const { shard, atMs } = decodePlace(value);
      if (atMs >= beforeMs) return undefined;
      if (this.headOf(shard) === sequence) continue;
      void this.#index.remove(key);
      void this.#records.remove(keyOf(shard, sequence));
    }
    const last = places.at(-1);
    return last === undefined || places.length < max ? undefined : sequenceOfKey(last.key) + 1;
  }
}
