import type { RoomId, Shard } from '@plaza/domain';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { causeOf } from '@plaza/kit';
import { ProjectionUnavailable, type DueRoom, type Projection, type RoomChange } from './projection.js';

/**
 * Keys are shard (two bytes), kind (one byte), rest:
 * cursor -; room id -> due ms (the index of rooms); slot: id, 0, name -> value; due: ms, id -> -.
 */
const kinds = { cursor: 0, room: 1, slot: 2, due: 3, end: 4 } as const;
const present = Buffer.of(1);
/** Keys that one transaction removes at most, so that a reset does not hold up other writers. */
const removedAtOnce = 1000;

function keyOf(shard: Shard, kind: number, ...rest: (string | Buffer)[]): Buffer {
  const head = Buffer.allocUnsafe(3);
  head.writeUInt16BE(shard, 0);
  head[2] = kind;
  return Buffer.concat([head, ...rest.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))]);
}
const slotKey = (shard: Shard, room: string, name: string): Buffer => keyOf(shard, kinds.slot, `${room}\0${name}`);
/** Where the slots of a room end: ids have no byte 1. */
const slotsEnd = (shard: Shard, room: string): Buffer => keyOf(shard, kinds.slot, `${room}\x01`);
const roomOf = (key: Buffer, from: number): RoomId => key.toString('utf8', from) as RoomId;

/** The projection of an embedded node. One write is one transaction, in which the cursor is compared. */
export class LmdbProjection implements Projection {
  readonly available = true;
  readonly #table: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    this.#table = store.openDB<Buffer, Buffer>({ name: 'projection', encoding: 'binary', keyEncoding: 'binary' });
  }

  cursor(shard: Shard): Promise<number | undefined> {
    return asked(() => this.#cursor(shard));
  }

  load(shard: Shard, room: RoomId): Promise<{ name: string; value: Uint8Array }[] | undefined> {
    return asked(() => {
      const start = slotKey(shard, room, '');
      const range = this.#table.getRange({ start, end: slotsEnd(shard, room) });
      const slots = [...range].map(({ key, value }) => ({ name: key.toString('utf8', start.length), value }));
      return slots.length === 0 ? undefined : slots;
    });
  }

  write(shard: Shard, expected: number | undefined, cursor: number, changes: readonly RoomChange[]): Promise<'written' | 'other'> {
    return asked(() =>
      this.#table.transaction(() => {
        if (this.#cursor(shard) !== expected) return 'other';
        for (const change of changes) this.#apply(shard, change);
        void this.#table.put(keyOf(shard, kinds.cursor), bigEndian(cursor));
        return 'written';
      }),
    );
  }

  async reset(shard: Shard): Promise<void> {
    await asked(() => this.#table.remove(keyOf(shard, kinds.cursor)));
    const range = { start: keyOf(shard, kinds.cursor), end: keyOf(shard, kinds.end), limit: removedAtOnce };
    const removeSome = (): number => {
      const keys = [...this.#table.getKeys(range)];
      for (const key of keys) void this.#table.remove(key);
      return keys.length;
    };
    while ((await asked(() => this.#table.transaction(removeSome))) === removedAtOnce);
  }

  due(shard: Shard, limit: number): Promise<DueRoom[]> {
    return asked(() => {
      const keys = this.#table.getKeys({ start: keyOf(shard, kinds.due), end: keyOf(shard, kinds.due + 1), limit });
      return Array.from(keys, (key) => ({ room: roomOf(key, 3 + 8), dueMs: fromBigEndian(key, 3) }));
    });
  }

  rooms(shard: Shard, pageToken: string, limit: number): Promise<{ rooms: RoomId[]; next: string }> {
    return asked(() => {
      const start = pageToken === '' ? keyOf(shard, kinds.room) : keyOf(shard, kinds.room, `${pageToken}\0`);
      const found = [...this.#table.getKeys({ start, end: keyOf(shard, kinds.room + 1), limit: limit + 1 })].map((key) => roomOf(key, 3));
      const rooms = found.slice(0, limit);
      return { rooms, next: found.length > limit ? rooms.at(-1)! : '' };
    });
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}

  #cursor(shard: Shard): number | undefined {
    const value = this.#table.get(keyOf(shard, kinds.cursor));
    return value === undefined ? undefined : fromBigEndian(value);
  }

  #apply(shard: Shard, { room, slots, dueMs }: RoomChange): void {
    for (const { name, value } of slots) {
      if (value === undefined) void this.#table.remove(slotKey(shard, room, name));
      else void this.#table.put(slotKey(shard, room, name), Buffer.from(value));
    }
    const indexKey = keyOf(shard, kinds.room, room);
    const before = this.#table.get(indexKey);
    if (before !== undefined) void this.#table.remove(keyOf(shard, kinds.due, before, room));
    if (!this.#hasSlots(shard, room)) return void this.#table.remove(indexKey);
    void this.#table.put(indexKey, bigEndian(dueMs));
    if (dueMs !== 0) void this.#table.put(keyOf(shard, kinds.due, bigEndian(dueMs), room), present);
  }

  #hasSlots(shard: Shard, room: string): boolean {
    return [...this.#table.getKeys({ start: slotKey(shard, room, ''), end: slotsEnd(shard, room), limit: 1 })].length > 0;
  }
}

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ProjectionUnavailable(causeOf(error), { cause: error });
  }
}
