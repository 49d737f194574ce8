import { causeOf } from '@plaza/kit';
import type { Database, RootDatabase } from '@plaza/kit/lmdb';
import { Role } from '@plaza/proto/client';
import { StoreUnavailable } from './message-store.js';
import type { IndexChange, IndexPage, RoomIndex } from './room-index.js';

/** The index of an embedded node: creators by room; roles (one byte) by account, 0, room. */
export class LmdbRoomIndex implements RoomIndex {
  readonly #creators: Database<Buffer, Buffer>;
  readonly #roles: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    this.#creators = store.openDB<Buffer, Buffer>({ name: 'room-index', encoding: 'binary', keyEncoding: 'binary' });
    this.#roles = store.openDB<Buffer, Buffer>({ name: 'role-index', encoding: 'binary', keyEncoding: 'binary' });
  }

  async apply(changes: readonly IndexChange[]): Promise<void> {
    if (changes.length === 0) return;
    await asked(() => this.#creators.batch(() => changes.forEach((change) => this.#put(change))));
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

  #page(found: readonly string[], limit: number, roleOf: (room: string) => Role): IndexPage {
    const rooms = found.slice(0, limit).map((room) => {
      const creator = this.#creators.get(Buffer.from(room))?.toString() ?? '';
      return { room, creator, role: roleOf(room) };
    });
    return { rooms, next: found.length > limit ? rooms.at(-1)!.room : '' };
  }

  #put(change: IndexChange): void {
    if (change.kind === 'room') return void this.#creators.put(Buffer.from(change.room), Buffer.from(change.creator));
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
