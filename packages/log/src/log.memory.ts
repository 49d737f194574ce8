import { systemClock, type Clock } from '@plaza/kit';
import { Bell } from './bell.js';
import { LogUnavailable, type AppendAnswer, type Log, type StoredRecord } from './log.js';

const readBytes = 4 * 1024 * 1024;

/** What a cluster's log servers hold: shared by the MemoryLogs of the processes that a test plays. */
export class MemoryLogStorage {
  readonly shards: number;
  readonly streams: number;
  readonly changed = new Bell();
  /** Per stream, by sequence - 1; undefined where a record aged out. */
  readonly #records: (StoredRecord | undefined)[][];
  readonly #last = new Map<number, number>();
  readonly #written = new WeakMap<StoredRecord, number>();
  readonly #clock: Clock;

  constructor({ shards, streams, clock = systemClock }: { readonly shards: number; readonly streams: number; readonly clock?: Clock }) {
    this.shards = shards;
    this.streams = streams;
    this.#clock = clock;
    this.#records = Array.from({ length: streams }, () => []);
  }

  get nowMs(): number {
    return this.#clock.now();
  }

  bytes(stream: number): number {
    return this.#records[stream]!.reduce((sum, record) => sum + (record?.bytes.length ?? 0), 0);
  }

  lastOf(stream: number): number {
    return this.#records[stream]!.length;
  }

  writtenMs(record: StoredRecord): number {
    return this.#written.get(record) ?? 0;
  }

  append(shard: number, expected: number, bytes: Uint8Array): AppendAnswer {
    const last = this.#last.get(shard) ?? 0;
    if (last !== expected) return { kind: 'wrong-last', last };
    const records = this.#records[shard % this.streams]!;
    const sequence = records.length + 1;
    const record = { sequence, shard, expected, bytes: bytes.slice() };
    records.push(record);
    this.#written.set(record, this.nowMs);
    this.#last.set(shard, sequence);
    this.changed.ring();
    return { kind: 'stored', sequence };
  }

  at(stream: number, sequence: number): StoredRecord | undefined {
    return this.#records[stream]?.[sequence - 1];
  }

  /** The first record at or after a sequence, of one shard or of all. */
  next(stream: number, fromSequence: number, shard?: number): StoredRecord | undefined {
    const records = this.#records[stream] ?? [];
    for (let i = Math.max(0, fromSequence - 1); i < records.length; i++) {
      const record = records[i];
      if (record !== undefined && (shard === undefined || record.shard === shard)) return record;
    }
    return undefined;
  }

  /** Records of a shard's stream before this sequence have aged out. */
  ageOut(shard: number, before: number): void {
    this.#records[shard % this.streams]!.fill(undefined, 0, before - 1);
  }

  /** All of a shard's records have aged out. */
  forget(shard: number): void {
    const records = this.#records[shard % this.streams]!;
    for (const [i, record] of records.entries()) if (record?.shard === shard) records[i] = undefined;
    this.#last.delete(shard);
  }

  /** The stream's records that were written before a moment have aged out. */
  forgetBefore(stream: number, beforeMs: number): void {
    const records = this.#records[stream]!;
    for (const [i, record] of records.entries()) {
      if (record === undefined || this.writtenMs(record) >= beforeMs) continue;
      records[i] = undefined;
      if (this.#last.get(record.shard) === record.sequence) this.#last.delete(record.shard);
    }
  }
}

/** The log as one process sees it, for tests: it can lose its connection. */
export class MemoryLog implements Log {
  readonly shards: number;
  readonly streams: number;
  readonly #storage: MemoryLogStorage;
  readonly #closed = new AbortController();
  #connected = true;

  constructor(storage: MemoryLogStorage) {
    this.#storage = storage;
    this.shards = storage.shards;
    this.streams = storage.streams;
  }

  get connected(): boolean {
    return this.#connected && !this.#closed.signal.aborted;
  }

  setConnected(connected: boolean): void {
    this.#connected = connected;
    this.#storage.changed.ring();
  }

  tryAppend(shard: number, expected: number, bytes: Uint8Array): Promise<AppendAnswer> {
    if (!this.connected) return Promise.resolve({ kind: 'unclear', cause: 'disconnected' });
    return Promise.resolve(this.#storage.append(shard, expected, bytes));
  }

  async at(shard: number, sequence: number): Promise<StoredRecord | undefined> {
    await this.#reachable();
    return this.#storage.at(shard % this.streams, sequence);
  }

  async read(shard: number, fromSequence: number, max: number): Promise<StoredRecord[]> {
    await this.#reachable();
    const records: StoredRecord[] = [];
    let bytes = 0;
    let record = this.#storage.next(shard % this.streams, fromSequence, shard);
    while (record !== undefined && records.length < max && bytes < readBytes) {
      records.push(record);
      bytes += record.bytes.length;
      record = this.#storage.next(shard % this.streams, record.sequence + 1, shard);
    }
    return records;
  }

  async *follow(stream: number, fromSequence: number, signal: AbortSignal): AsyncIterable<StoredRecord> {
    const ended = AbortSignal.any([signal, this.#closed.signal]);
    let from = fromSequence;
    while (!ended.aborted) {
      const record = this.connected ? this.#storage.next(stream, from) : undefined;
      if (record === undefined) await this.#storage.changed.heard(ended);
      else {
        from = record.sequence + 1;
        yield record;
      }
    }
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  #reachable(): Promise<void> {
    return this.connected ? Promise.resolve() : Promise.reject(new LogUnavailable('disconnected'));
  }
}
