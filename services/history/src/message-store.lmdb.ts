import { positionAt } from '@plaza/domain';
import { causeOf, systemClock, type Clock } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { StoreUnavailable, type MessageRow, type MessageStore, type NewRow, type PageAsk, type Removal } from './message-store.js';

/** Rows that one transaction removes at most, so that trimming does not hold up writers. */
const removedAtOnce = 1000;
const endOfPositions = Number.MAX_SAFE_INTEGER;

/**
 * The messages of an embedded node. A row's key is room, 0, position (eight bytes, big-endian); its value bucket, time (eight bytes each), length of
 * the audience (two bytes), until when it is kept (eight bytes, where the bucket's first byte is 1), audience, event. A removed row keeps its key, with
 * an empty value, so that it is not written again. A write is one transaction and is on the disk when it resolves.
 */
export class LmdbMessageStore implements MessageStore {
  readonly #rows: Database<Buffer, Buffer>;
  readonly #cursors: Database<Buffer, Buffer>;

  readonly #keptMs: number;

  constructor(
    store: RootDatabase<Buffer, Buffer>,
    { retentionDays }: { readonly retentionDays: number },
    private readonly clock: Clock = systemClock,
  ) {
    this.#keptMs = retentionDays * 86_400_000;
    this.#rows = store.openDB<Buffer, Buffer>({ name: 'messages-2', encoding: 'binary', keyEncoding: 'binary' });
    this.#cursors = store.openDB<Buffer, Buffer>({ name: 'history-cursors', encoding: 'binary', keyEncoding: 'binary' });
  }

  async write(rows: readonly NewRow[]): Promise<void> {
    await asked(() =>
      this.#rows.transaction(() => {
        for (const row of rows) {
          const key = rowKey(row.room, row.position);
          if (this.#rows.get(key)?.length !== 0) void this.#rows.put(key, rowValue(row));
        }
      }),
    );
    await asked(() => this.#rows.flushed);
  }

  async remove(removals: readonly Removal[]): Promise<void> {
    await asked(() =>
      this.#rows.batch(() => {
        for (const { room, position } of removals) void this.#rows.put(rowKey(room, position), removed);
      }),
    );
    await asked(() => this.#rows.flushed);
  }

  page({ room, before, after, limit }: PageAsk): Promise<MessageRow[]> {
    const from = after === undefined ? 0 : after + 1;
    if (before !== undefined && before <= from) return Promise.resolve([]);
    const first = rowKey(room, from);
    const last = rowKey(room, before === undefined ? endOfPositions : before - 1);
    return asked(() => {
      if (before === undefined && after !== undefined) return this.#range({ start: first, end: last, limit });
      return this.#range({ start: last, end: first, limit, reverse: true, inclusiveEnd: true }).reverse();
    });
  }

  cursor(stream: number): Promise<number> {
    return asked(() => {
      const stored = this.#cursors.get(bigEndian(stream));
      return stored === undefined ? 0 : fromBigEndian(stored);
    });
  }

  async moveCursor(stream: number, sequence: number): Promise<void> {
    await asked(() => this.#cursors.put(bigEndian(stream), bigEndian(sequence)));
  }

  /** Goes from room to room: of each, the rows whose time is over stand at its beginning, or will. */
  async trim(): Promise<number> {
    let count = 0;
    for (let room = await this.#roomAt(Buffer.of(0)); room !== undefined; room = await this.#roomAt(Buffer.from(`${room}\x01`))) {
      count += await this.#trimRoom(room);
    }
    return count;
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}

  #range({ limit, ...range }: { start: Buffer; end: Buffer; limit: number; reverse?: boolean; inclusiveEnd?: boolean }): MessageRow[] {
    const rows: MessageRow[] = [];
    const nowMs = this.clock.now();
    for (const { key, value } of this.#rows.getRange(range)) {
      if (value.length > 0 && this.#untilMs(value) > nowMs) rows.push(rowOf(key, value));
      if (rows.length === limit) break;
    }
    return rows;
  }

  #roomAt(start: Buffer): Promise<string | undefined> {
    return asked(() => {
      const [key] = this.#rows.getKeys({ start, limit: 1 });
      return key?.toString('utf8', 0, key.length - 9);
    });
  }

  async #trimRoom(room: string): Promise<number> {
    let start = rowKey(room, 0);
    for (let count = 0; ;) {
      const looked = await asked(() => [...this.#rows.getRange({ start, end: rowKey(room, endOfPositions), limit: removedAtOnce })]);
      const young = looked.findIndex(({ value }) => value.length > 0 && !this.#isOver(value));
      const old = young < 0 ? looked : looked.slice(0, young);
      const over = old.filter(({ key, value }) => this.#isOver(value, key));
      await asked(() => this.#rows.batch(() => over.forEach(({ key }) => void this.#rows.remove(key))));
      count += over.length;
      if (old.length < removedAtOnce) return count;
      start = Buffer.concat([old.at(-1)!.key, Buffer.of(0)]);
    }
  }

  /** A removed row keeps its place for as long as any row is kept. */
  #isOver(value: Buffer, key?: Buffer): boolean {
    const nowMs = this.clock.now();
    if (value.length > 0) return this.#untilMs(value) <= nowMs;
    return key !== undefined && fromBigEndian(key, key.length - 8) < positionAt(nowMs - this.#keptMs);
  }

  #untilMs(value: Buffer): number {
    return value[0] === withUntil ? fromBigEndian(value, headBytes) : fromBigEndian(value, 8) + this.#keptMs;
  }
}

const rowKey = (room: string, position: number): Buffer => Buffer.concat([Buffer.from(`${room}\0`), bigEndian(position)]);
const headBytes = 18;
/** Positions are below 2^53, so the first byte of a bucket is free. */
const withUntil = 1;
const bucketBits = (1n << 56n) - 1n;
const removed = Buffer.alloc(0);

function rowValue({ bucket, timeMs, audience, event, untilMs }: NewRow): Buffer {
  const meant = Buffer.from(audience);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(meant.length);
  const value = Buffer.concat([bigEndian(bucket), bigEndian(timeMs), length, bigEndian(untilMs), meant, event]);
  value[0] = withUntil;
  return value;
}

function rowOf(key: Buffer, value: Buffer): MessageRow {
  const audienceAt = value[0] === withUntil ? headBytes + 8 : headBytes;
  const eventAt = audienceAt + value.readUInt16BE(16);
  return {
    room: key.toString('utf8', 0, key.length - 9),
    bucket: Number(value.readBigUInt64BE() & bucketBits),
    position: fromBigEndian(key, key.length - 8),
    timeMs: fromBigEndian(value, 8),
    audience: value.toString('utf8', audienceAt, eventAt),
    event: value.subarray(eventAt),
  };
}

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StoreUnavailable(causeOf(error), { cause: error });
  }
}
