import { causeOf } from '@plaza/kit';
import { fnv1a, positionEpochMs } from '@plaza/domain';
import { Role } from '@plaza/proto/client';
import type { Client, types } from 'cassandra-driver';
import { StoreUnavailable } from './message-store.js';
import type { IndexChange, IndexedRoom, IndexPage, RoomIndex } from './room-index.js';
import { inParallel } from './write-plan.js';

/** The list of all rooms is cut into so many partitions. */
const parts = 64;
const atOnce = 32;

/** For kit `prepareKeyspace`. */
export const indexTables: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS rooms (part int, room text, creator text, PRIMARY KEY (part, room))',
  'CREATE TABLE IF NOT EXISTS rooms_of_account (account text, room text, role int, PRIMARY KEY (account, room))',
];

/**
 * The index in Cassandra. A change's time stamp is the position of its event (which passes for microseconds, but never stands still or goes back in a
 * room): so the newest one wins, in whatever order they are written.
 */
export class CassandraRoomIndex implements RoomIndex {
  constructor(private readonly client: Client) {}

  async apply(changes: readonly IndexChange[]): Promise<void> {
    await inParallel(changes, atOnce, (change) => this.#put(change));
  }

  /** By part, then room; the token is the last room of the page before. */
  async rooms(pageToken: string, limit: number): Promise<IndexPage> {
    const found: IndexedRoom[] = [];
    let after = pageToken;
    for (let part = pageToken === '' ? 0 : partOf(pageToken); part < parts && found.length <= limit; part++, after = '') {
      const query = 'SELECT room, creator FROM rooms WHERE part = ? AND room > ? LIMIT ?';
      const { rows } = await asked(this.client.execute(query, [part, after, limit + 1 - found.length], { prepare: true }));
      found.push(...rows.map((row) => ({ room: textOf(row, 'room'), creator: textOf(row, 'creator'), role: Role.ROLE_UNSPECIFIED })));
    }
    return pageOf(found, limit);
  }

  async roomsOf(account: string, pageToken: string, limit: number): Promise<IndexPage> {
    const query = 'SELECT room, role FROM rooms_of_account WHERE account = ? AND room > ? LIMIT ?';
    const { rows } = await asked(this.client.execute(query, [account, pageToken, limit + 1], { prepare: true }));
    const page = pageOf(
      rows.map((row) => ({ room: textOf(row, 'room'), creator: '', role: row.get('role') as Role })),
      limit,
    );
    return { ...page, rooms: await Promise.all(page.rooms.map((found) => this.#withCreator(found))) };
  }

  async #withCreator(found: IndexedRoom): Promise<IndexedRoom> {
    const query = 'SELECT creator FROM rooms WHERE part = ? AND room = ?';
    const { rows } = await asked(this.client.execute(query, [partOf(found.room), found.room], { prepare: true }));
    return { ...found, creator: rows[0] === undefined ? '' : textOf(rows[0], 'creator') };
  }

  async #put(change: IndexChange): Promise<void> {
    const at = BigInt(positionEpochMs * 1000 + change.position);
    const run = (query: string, values: unknown[]): Promise<types.ResultSet> =>
      asked(this.client.execute(query, values, { prepare: true }));
    if (change.kind === 'room') {
      await run('INSERT INTO rooms (part, room, creator) VALUES (?, ?, ?) USING TIMESTAMP ?', [
        partOf(change.room),
        change.room,
        change.creator,
        at,
      ]);
    } else if (change.role === undefined) {
      await run('DELETE FROM rooms_of_account USING TIMESTAMP ? WHERE account = ? AND room = ?', [at, change.account, change.room]);
    } else {
      const query = 'INSERT INTO rooms_of_account (account, room, role) VALUES (?, ?, ?) USING TIMESTAMP ?';
      await run(query, [change.account, change.room, change.role, at]);
    }
  }
}

const partOf = (room: string): number => fnv1a(room) % parts;
const textOf = (row: types.Row, column: string): string => row.get(column) as string;
const pageOf = (found: readonly IndexedRoom[], limit: number): IndexPage => ({
  rooms: found.slice(0, limit),
  next: found.length > limit ? found[limit - 1]!.room : '',
});

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new StoreUnavailable(causeOf(error), { cause: error });
  }
}
