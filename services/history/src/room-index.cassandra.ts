import { causeOf, inParallel, systemClock, type Clock } from '@plaza/kit';
import { fnv1a, positionEpochMs } from '@plaza/domain';
import { Role } from '@plaza/proto/client';
import type { Client, types } from 'cassandra-driver';
import { BucketNotes } from './bucket-notes.js';
import { StoreUnavailable } from './message-store.js';
import type { IndexChange, IndexedRoom, IndexPage, RoomIndex, Trace } from './room-index.js';

/** The list of all rooms is cut into so many partitions. */
const parts = 64;
const atOnce = 32;
const tracesNoted = 50_000;
/** A trace outlives the newest row of its bucket by the age that a note of it may have. */
const marginMs = 1_200_000;

/** For kit `prepareKeyspace`. */
export const indexTables: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS rooms (part int, room text, creator text, PRIMARY KEY (part, room))',
  'CREATE TABLE IF NOT EXISTS rooms_of_account (account text, room text, role int, PRIMARY KEY (account, room))',
  'CREATE TABLE IF NOT EXISTS traces_of_account (account text, room text, bucket bigint, PRIMARY KEY (account, room, bucket))',
];

/**
 * The index in Cassandra. A change's time stamp is the position of its event (which passes for microseconds, but never stands still or goes back in a
 * room): so the newest one wins, in whatever order they are written.
 */
export class CassandraRoomIndex implements RoomIndex {
  /** Traces that were written lately: most messages are of accounts that have written in their bucket before. */
  readonly #notes: BucketNotes;

  constructor(
    private readonly client: Client,
    private readonly clock: Clock = systemClock,
  ) {
    this.#notes = new BucketNotes(clock, tracesNoted);
  }

  /** Erasures behind the rest, so that no note of a trace outlives it. */
  async apply(changes: readonly IndexChange[]): Promise<void> {
    for (const erases of [false, true]) {
      const some = changes.filter(({ kind }) => (kind === 'erased') === erases);
      await inParallel(some, atOnce, (change) => this.#put(change));
    }
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

  async tracesOf(account: string, pageToken: string, limit: number): Promise<{ rooms: string[]; next: string }> {
    const query = 'SELECT room FROM traces_of_account WHERE account = ? AND room > ? GROUP BY account, room LIMIT ?';
    const { rows } = await asked(this.client.execute(query, [account, pageToken, limit + 1], { prepare: true }));
    const rooms = rows.map((row) => textOf(row, 'room'));
    return { rooms: rooms.slice(0, limit), next: rooms.length > limit ? rooms[limit - 1]! : '' };
  }

  async bucketsOf(account: string, room: string): Promise<number[]> {
    const query = 'SELECT bucket FROM traces_of_account WHERE account = ? AND room = ? AND bucket > 0';
    const { rows } = await asked(this.client.execute(query, [account, room], { prepare: true }));
    return rows.map((row) => Number(row.get('bucket')));
  }

  begin(): void {
    this.#notes.clear();
  }

  async trim(): Promise<number> {
    return 0;
  }

  async #putTrace({ account, room, bucket, position, untilMs }: Trace): Promise<void> {
    const leftSeconds = untilMs === 0 ? 0 : Math.ceil((untilMs + marginMs - this.clock.now()) / 1000);
    const place = `${account}/${room}`;
    if (leftSeconds < 0 || this.#notes.has(place, bucket)) return;
    const query = 'INSERT INTO traces_of_account (account, room, bucket) VALUES (?, ?, ?) USING TIMESTAMP ? AND TTL ?';
    await asked(this.client.execute(query, [account, room, BigInt(bucket), stampOf(position), leftSeconds], { prepare: true }));
    this.#notes.add(place, bucket);
  }

  async #withCreator(found: IndexedRoom): Promise<IndexedRoom> {
    const query = 'SELECT creator FROM rooms WHERE part = ? AND room = ?';
    const { rows } = await asked(this.client.execute(query, [partOf(found.room), found.room], { prepare: true }));
    return { ...found, creator: rows[0] === undefined ? '' : textOf(rows[0], 'creator') };
  }

  async #put(change: IndexChange): Promise<void> {
    if (change.kind === 'trace') return this.#putTrace(change);
    const at = stampOf(change.position);
    const run = (query: string, values: unknown[]): Promise<types.ResultSet> =>
      asked(this.client.execute(query, values, { prepare: true }));
    if (change.kind === 'erased') {
      this.#notes.forget(`${change.account}/${change.room}`);
      await run('DELETE FROM traces_of_account USING TIMESTAMP ? WHERE account = ? AND room = ?', [at, change.account, change.room]);
    } else if (change.kind === 'room') {
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

const stampOf = (position: number): bigint => BigInt(positionEpochMs * 1000 + position);
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
