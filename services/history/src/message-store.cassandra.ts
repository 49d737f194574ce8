import { causeOf, inParallel, systemClock, type Clock } from '@plaza/kit';
import type { Client, types } from 'cassandra-driver';
import { BucketNotes } from './bucket-notes.js';
import { StoreUnavailable, type MessageRow, type MessageStore, type NewRow, type PageAsk, type Removal } from './message-store.js';
import { batchesOf, roomsOf, ttlSeconds } from './write-plan.js';

const dayMs = 86_400_000;
const roomsAtOnce = 32;
const bucketsAtOnce = 16;
const lastPosition = Number.MAX_SAFE_INTEGER;
/** The index outlives a bucket's newest message by the age that a note of it may have. */
const indexMarginSeconds = 1200;

/** For kit `prepareKeyspace`. Windows of a day: a day's rows expire, and go, together. */
export const messageTables = (retentionDays: number): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS messages (room text, bucket bigint, position bigint, time_ms bigint, event blob, PRIMARY KEY ((room, bucket), position))
   WITH default_time_to_live = ${retentionDays * 86_400} AND gc_grace_seconds = 86400
   AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': 1}`,
  `CREATE TABLE IF NOT EXISTS message_buckets (room text, bucket bigint, PRIMARY KEY (room, bucket))
   WITH CLUSTERING ORDER BY (bucket DESC) AND default_time_to_live = ${retentionDays * 86_400 + indexMarginSeconds}`,
  'ALTER TABLE messages ADD IF NOT EXISTS audience text',
  'CREATE TABLE IF NOT EXISTS reader_cursors (stream int PRIMARY KEY, sequence bigint)',
];

/**
 * Messages in Cassandra: a partition for each bucket of a room, an index of the buckets per room. A row's time stamp is its event's own time, so
 * writing it again changes nothing. No light-weight transactions; each row has a TTL of its own, and those of one day are in files of their own.
 */
export class CassandraMessageStore implements MessageStore {
  readonly #notes: BucketNotes;
  readonly #ttlSeconds: number;

  constructor(
    private readonly client: Client,
    { retentionDays }: { readonly retentionDays: number },
    private readonly clock: Clock = systemClock,
  ) {
    this.#ttlSeconds = (retentionDays * dayMs) / 1000;
    this.#notes = new BucketNotes(clock);
  }

  async write(rows: readonly NewRow[]): Promise<void> {
    const nowMs = this.clock.now();
    await inParallel(roomsOf(rows.filter(({ untilMs }) => untilMs > nowMs)), roomsAtOnce, async (ofRoom) => {
      for (const batch of batchesOf(ofRoom)) await this.#writeBatch(batch);
    });
  }

  /** By the event's own time: a message that is written again later, with its older time, does not come back. */
  async remove(removals: readonly Removal[]): Promise<void> {
    await inParallel(removals, roomsAtOnce, async ({ room, position, bucket: known, timeMs }) => {
      const bucket = known ?? (await this.#bucketOf(room, position));
      if (bucket === undefined) return;
      const query = 'DELETE FROM messages USING TIMESTAMP ? WHERE room = ? AND bucket = ? AND position = ?';
      await this.#run(query, [BigInt(timeMs) * 1000n, room, BigInt(bucket), BigInt(position)]);
    });
  }

  async page({ room, before, after, limit }: PageAsk): Promise<MessageRow[]> {
    if (before === undefined && after !== undefined)
      return this.#collect(this.#bucketsFrom(room, after), room, after, lastPosition, limit, 'ASC');
    const newestFirst = this.#bucketsBelow(room, after ?? 0, before ?? lastPosition);
    return (await this.#collect(newestFirst, room, after ?? -1, before ?? lastPosition, limit, 'DESC')).reverse();
  }

  async cursor(stream: number): Promise<number> {
    const { rows } = await this.#run('SELECT sequence FROM reader_cursors WHERE stream = ?', [stream]);
    return rows[0] === undefined ? 0 : Number(rows[0].get('sequence'));
  }

  async moveCursor(stream: number, sequence: number): Promise<void> {
    await this.#run('INSERT INTO reader_cursors (stream, sequence) VALUES (?, ?)', [stream, BigInt(sequence)]);
  }

  async trim(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    await this.client.shutdown();
  }

  /** The index comes first: a bucket without rows hurts nobody, rows without their bucket would not be found. */
  async #writeBatch(batch: readonly NewRow[]): Promise<void> {
    const { room, bucket } = batch[0]!;
    if (!this.#notes.has(room, bucket)) {
      const ttl = this.#ttlSeconds + indexMarginSeconds;
      await this.#run('INSERT INTO message_buckets (room, bucket) VALUES (?, ?) USING TTL ?', [room, BigInt(bucket), ttl]);
      this.#notes.add(room, bucket);
    }
    const query =
      'INSERT INTO messages (room, bucket, position, time_ms, audience, event) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?';
    const statements = batch.map((row) => ({ query, params: this.#parameters(row) }));
    await asked(this.client.batch(statements, { prepare: true, logged: false, isIdempotent: true }));
  }

  /** Counted from the event, not from the write: written again, or late, a row ends when it would have. */
  #parameters({ room, bucket, position, timeMs, audience, event, untilMs }: NewRow): unknown[] {
    const values = [room, BigInt(bucket), BigInt(position), BigInt(timeMs), audience, Buffer.from(event)];
    return [...values, BigInt(timeMs) * 1000n, ttlSeconds(untilMs, this.clock.now())];
  }

  async #collect(
    buckets: AsyncIterable<number>,
    room: string,
    above: number,
    below: number,
    limit: number,
    order: 'ASC' | 'DESC',
  ): Promise<MessageRow[]> {
    const query = `SELECT position, time_ms, audience, event FROM messages WHERE room = ? AND bucket = ? AND position > ? AND position < ? ORDER BY position ${order} LIMIT ?`;
    const found: MessageRow[] = [];
    for await (const bucket of buckets) {
      const { rows } = await this.#run(query, [room, BigInt(bucket), BigInt(above), BigInt(below), limit - found.length]);
      found.push(...rows.map((row) => rowOf(room, bucket, row)));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Newest first: buckets that may have a position in (above, below). The one in which `above` lies is the last. */
  async *#bucketsBelow(room: string, above: number, below: number): AsyncIterable<number> {
    let bound = below;
    for (;;) {
      const { rows } = await this.#run(
        `SELECT bucket FROM message_buckets WHERE room = ? AND bucket < ? ORDER BY bucket DESC LIMIT ${bucketsAtOnce}`,
        [room, BigInt(bound)],
      );
      for (const row of rows) {
        bound = Number(row.get('bucket'));
        yield bound;
        if (bound <= above) return;
      }
      if (rows.length < bucketsAtOnce) return;
    }
  }

  /** Oldest first: the bucket in which `above` lies, and all newer ones. */
  async *#bucketsFrom(room: string, above: number): AsyncIterable<number> {
    const own = await this.#bucketOf(room, above);
    if (own !== undefined) yield own;
    let bound = above;
    for (;;) {
      const { rows } = await this.#run(
        `SELECT bucket FROM message_buckets WHERE room = ? AND bucket > ? ORDER BY bucket ASC LIMIT ${bucketsAtOnce}`,
        [room, BigInt(bound)],
      );
      for (const row of rows) yield (bound = Number(row.get('bucket')));
      if (rows.length < bucketsAtOnce) return;
    }
  }

  /** The one in which a position lies. */
  async #bucketOf(room: string, position: number): Promise<number | undefined> {
    const query = 'SELECT bucket FROM message_buckets WHERE room = ? AND bucket <= ? ORDER BY bucket DESC LIMIT 1';
    const { rows } = await this.#run(query, [room, BigInt(position)]);
    return rows[0] === undefined ? undefined : Number(rows[0].get('bucket'));
  }

  #run(query: string, parameters: unknown[]): Promise<types.ResultSet> {
    return asked(this.client.execute(query, parameters));
  }
}

const rowOf = (room: string, bucket: number, row: types.Row): MessageRow => ({
  room,
  bucket,
  position: Number(row.get('position')),
  timeMs: Number(row.get('time_ms')),
  audience: (row.get('audience') as string | null) ?? '',
  event: row.get('event') as Buffer,
});

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new StoreUnavailable(causeOf(error), { cause: error });
  }
}
