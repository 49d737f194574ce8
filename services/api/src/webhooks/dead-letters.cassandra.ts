import { causeOf } from '@plaza/kit';
import type { Client, types } from 'cassandra-driver';
import { buriedMsOf, letterDays, letterId, LettersAway, type DeadLetter, type DeadLetters } from './dead-letters.js';

const dayMs = 86_400_000;

/** For kit `prepareKeyspace`. A partition is what one endpoint did not take in a day; it goes whole. */
export const deadLetterTables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS webhook_dead_letters (endpoint text, day int, id text, room text, from_position bigint, to_position bigint,
   events int, attempts int, last_error text, body text, PRIMARY KEY ((endpoint, day), id))
   WITH default_time_to_live = ${letterDays * 86_400} AND compaction =
   {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': 1}`,
];

const columns = 'id, room, from_position, to_position, events, attempts, last_error, body';

/** Dead letters in Cassandra, by endpoint and day. */
export class CassandraDeadLetters implements DeadLetters {
  constructor(private readonly client: Client) {}

  async bury({ id, endpoint, room, from, to, events, attempts, lastError, body }: DeadLetter): Promise<void> {
    const query = `INSERT INTO webhook_dead_letters (endpoint, day, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    await this.#run(query, [endpoint, dayOf(id), id, room, BigInt(from), BigInt(to), events, attempts, lastError, body]);
  }

  async list(endpoint: string, after: string, limit: number, nowMs: number): Promise<DeadLetter[]> {
    const first = letterId(nowMs - letterDays * dayMs, '');
    const found: DeadLetter[] = [];
    const query = `SELECT ${columns} FROM webhook_dead_letters WHERE endpoint = ? AND day = ? AND id > ? LIMIT ?`;
    const last = Math.floor(nowMs / dayMs) + 1;
    const start = after > first ? after : first;
    for (let day = dayOf(start); day <= last && found.length < limit; day++) {
      const { rows } = await this.#run(query, [endpoint, day, start, limit - found.length]);
      found.push(...rows.map((row) => letterOf(endpoint, row)));
    }
    return found;
  }

  async find(endpoint: string, id: string): Promise<DeadLetter | undefined> {
    const query = `SELECT ${columns} FROM webhook_dead_letters WHERE endpoint = ? AND day = ? AND id = ?`;
    const { rows } = await this.#run(query, [endpoint, dayOf(id), id]);
    return rows[0] === undefined ? undefined : letterOf(endpoint, rows[0]);
  }

  async remove(endpoint: string, id: string): Promise<boolean> {
    if ((await this.find(endpoint, id)) === undefined) return false;
    await this.#run('DELETE FROM webhook_dead_letters WHERE endpoint = ? AND day = ? AND id = ?', [endpoint, dayOf(id), id]);
    return true;
  }

  async trim(): Promise<void> {}

  async #run(query: string, values: unknown[]): Promise<types.ResultSet> {
    try {
      return await this.client.execute(query, values, { prepare: true });
    } catch (error) {
      throw new LettersAway(causeOf(error), { cause: error });
    }
  }
}

const dayOf = (id: string): number => Math.floor(buriedMsOf(id) / dayMs);

const letterOf = (endpoint: string, row: types.Row): DeadLetter => ({
  endpoint,
  id: row.get('id') as string,
  room: row.get('room') as string,
  from: Number(row.get('from_position')),
  to: Number(row.get('to_position')),
  events: row.get('events') as number,
  attempts: row.get('attempts') as number,
  lastError: row.get('last_error') as string,
  body: row.get('body') as string,
});
