import { positionAt } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { StoreUnavailable, type MessageRow, type MessageStore, type PageAsk, type Removal } from './message-store.js';

/** Rows that one transaction removes at most, so that trimming does not hold up writers. */
const removedAtOnce = 1000;
const endOfPositions = Number.MAX_SAFE_INTEGER;

/**
 * The messages of an embedded node. A row's key is room, 0, position (eight bytes, big-endian); its value bucket, time (eight bytes each), length of
 * the audience (two bytes), audience, event. A removed row keeps its key, with an empty value, so that it is not written again. A write is one
 * transaction and is on the disk when it resolves.
 */
export class LmdbMessageStore implements MessageStore {
  readonly #rows: Database<Buffer, Buffer>;
  readonly #cursors: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    this.#rows = store.openDB<Buffer, Buffer>({ name: 'messages-2', encoding: 'binary', keyEncoding: 'binary' });
    this.#cursors = store.openDB<Buffer, Buffer>({ name: 'history-cursors', encoding: 'binary', keyEncoding: 'binary' });
  }

  async write(rows: readonly MessageRow[]): Promise<void> {
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

  /** Goes from room to room: of each, the rows that are too old stand at its beginning. */
  async trim(beforeMs: number): Promise<number> {
    const bound = positionAt(beforeMs);
    let count = 0;
    for (let room = await this.#roomAt(Buffer.of(0)); room !== undefined; room = await this.#roomAt(Buffer.from(`${room}\x01`))) {
      count += await this.#trimRoom(room, bound);
    }
    return count;
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}

  #range({ limit, ...range }: { start: Buffer; end: Buffer; limit: number; reverse?: boolean; inclusiveEnd?: boolean }): MessageRow[] {
    const rows: MessageRow[] = [];
    for (const { key, value } of this.#rows.getRange(range)) {
      if (value.length > 0) rows.push(rowOf(key, value));
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

  async #trimRoom(room: string, bound: number): Promise<number> {
    const range = { start: rowKey(room, 0), end: rowKey(room, bound), limit: removedAtOnce };
    let count = 0;
    for (;;) {
      const keys = [...this.#rows.getKeys(range)];
      await asked(() => this.#rows.batch(() => keys.forEach((key) => void this.#rows.remove(key))));
      count += keys.length;
      if (keys.length < removedAtOnce) return count;
    }
  }
}

const rowKey = (room: string, position: number): Buffer => Buffer.concat([Buffer.from(`${room}\0`), bigEndian(position)]);
const headBytes = 18;
const removed = Buffer.alloc(0);

function rowValue({ bucket, timeMs, audience, event }: MessageRow): Buffer {
  const meant = Buffer.from(audience);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(meant.length);
  return Buffer.concat([bigEndian(bucket), bigEndian(timeMs), length, meant, event]);
}

function rowOf(key: Buffer, value: Buffer): MessageRow {
  const eventAt = headBytes + value.readUInt16BE(16);
  return {
    room: key.toString('utf8', 0, key.length - 9),
    bucket: fromBigEndian(value),
    position: fromBigEndian(key, key.length - 8),
    timeMs: fromBigEndian(value, 8),
    audience: value.toString('utf8', headBytes, eventAt),
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
