import { causeOf, systemClock, type Clock } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { Role } from '@plaza/proto/client';
import { StoreUnavailable } from './message-store.js';
import type { IndexChange, IndexPage, RoomIndex } from './room-index.js';

const atOnce = 1000;

/**
 * The index of an embedded node: creators by room; roles (one byte) by account, 0, room; traces (position and until when, eight bytes each) by account,
 * 0, room, 0, bucket (eight bytes).
 */
export class LmdbRoomIndex implements RoomIndex {
  readonly #creators: Database<Buffer, Buffer>;
  readonly #roles: Database<Buffer, Buffer>;

  readonly #traces: Database<Buffer, Buffer>;

  constructor(
    store: RootDatabase<Buffer, Buffer>,
    private readonly clock: Clock = systemClock,
  ) {
    this.#traces = store.openDB<Buffer, Buffer>({ name: 'trace-index', encoding: 'binary', keyEncoding: 'binary' });
    this.#creators = store.openDB<Buffer, Buffer>({ name: 'room-index', encoding: 'binary', keyEncoding: 'binary' });
    this.#roles = store.openDB<Buffer, Buffer>({ name: 'role-index', encoding: 'binary', keyEncoding: 'binary' });
  }

  async apply(changes: readonly IndexChange[]): Promise<void> {
    if (changes.length === 0) return;
    await asked(() => this.#creators.transaction(() => changes.forEach((change) => this.#put(change))));
    await asked(() => this.#creators.flushed);
  }

  rooms(pageToken: string, limit: number): Promise<IndexPage> {
    const start = pageToken === '' ? Buffer.of(0) : Buffer.from(`${pageToken}\0`);
    return asked(() =>
      this.#page([...this.#creators.getKeys({ start, limit: limit + 1 })].map(String), limit, () => Role.ROLE_UNSPECIFIED),
    );
  }

  roomsOf(account: string, pageToken: string, limit: number): Promise<IndexPage> {
    const start = Buffer.from(pageToken === '' ? `${account}\0` : `${account}\0${pageToken}\0`);
    const end = Buffer.from(`${account}\x01`);
    return asked(() => {
      const roles = new Map(
        [...this.#roles.getRange({ start, end, limit: limit + 1 })].map(({ key, value }) => [roomIn(key), value[0] as Role]),
      );
      return this.#page([...roles.keys()], limit, (room) => roles.get(room)!);
    });
  }

  tracesOf(account: string, pageToken: string, limit: number): Promise<{ rooms: string[]; next: string }> {
    return asked(() => {
      const rooms: string[] = [];
      for (let room = this.#roomAfter(account, pageToken); room !== undefined; room = this.#roomAfter(account, room)) {
        if (rooms.length === limit) return { rooms, next: rooms.at(-1)! };
        rooms.push(room);
      }
      return { rooms, next: '' };
    });
  }

  bucketsOf(account: string, room: string): Promise<number[]> {
    return asked(() => this.#tracesIn(account, room).map(({ key }) => fromBigEndian(key, key.length - 8))).then((buckets) =>
      buckets.filter((bucket) => bucket > 0),
    );
  }

  begin(): void {}

  async trim(): Promise<number> {
    const nowMs = this.clock.now();
    let count = 0;
    for (let start: Buffer | undefined = Buffer.of(0); start !== undefined;) {
      const looked: { key: Buffer; value: Buffer }[] = await asked(() => [...this.#traces.getRange({ start: start!, limit: atOnce })]);
      const over = looked.filter(({ value }) => fromBigEndian(value, 8) > 0 && fromBigEndian(value, 8) <= nowMs);
      await asked(() => this.#traces.batch(() => over.forEach(({ key }) => void this.#traces.remove(key))));
      count += over.length;
      start = looked.length < atOnce ? undefined : Buffer.concat([looked.at(-1)!.key, Buffer.of(0)]);
    }
    return count;
  }

  #roomAfter(account: string, after: string): string | undefined {
    const start = Buffer.from(after === '' ? `${account}\0` : `${account}\0${after}\x01`);
    const [key] = this.#traces.getKeys({ start, end: Buffer.from(`${account}\x01`), limit: 1 });
    return key?.toString('utf8', key.indexOf(0) + 1, key.length - 9);
  }

  #tracesIn(account: string, room: string): { key: Buffer; value: Buffer }[] {
    return [...this.#traces.getRange({ start: Buffer.from(`${account}\0${room}\0`), end: Buffer.from(`${account}\0${room}\x01`) })];
  }

  #page(found: readonly string[], limit: number, roleOf: (room: string) => Role): IndexPage {
    const rooms = found.slice(0, limit).map((room) => {
      const creator = this.#creators.get(Buffer.from(room))?.toString() ?? '';
      return { room, creator, role: roleOf(room) };
    });
    return { rooms, next: found.length > limit ? rooms.at(-1)!.room : '' };
  }

  #put(change: IndexChange): void {
    if (change.kind === 'room') return void this.#creators.put(Buffer.from(change.room), Buffer.from(change.creator));
    if (change.kind === 'trace') {
      const traceKey = Buffer.concat([Buffer.from(`${change.account}\0${change.room}\0`), bigEndian(change.bucket)]);
      return void this.#traces.put(traceKey, Buffer.concat([bigEndian(change.position), bigEndian(change.untilMs)]));
    }
    if (change.kind === 'erased') {
      const gone = this.#tracesIn(change.account, change.room).filter(({ value }) => fromBigEndian(value) < change.position);
      return gone.forEach(({ key }) => void this.#traces.remove(key));
    }
    const key = Buffer.from(`${change.account}\0${change.room}`);
    void (change.role === undefined ? this.#roles.remove(key) : this.#roles.put(key, Buffer.of(change.role)));
  }
}

const roomIn = (key: Buffer): string => key.toString('utf8', key.indexOf(0) + 1);

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StoreUnavailable(causeOf(error), { cause: error });
  }
}
