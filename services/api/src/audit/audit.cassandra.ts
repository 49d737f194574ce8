import { causeOf, inParallel } from '@plaza/kit';
import type { Client, types } from 'cassandra-driver';
import { AuditAway, isBefore, placeOf, type Audit, type ChainHead, type Found, type Place, type Search } from './audit.js';
import { entryOf, genesis, lineOf, type AuditEntry, type Link } from './entry.js';
import { beginOf, periodOf, periodsOf } from './periods.js';
import { keyOf, subjectsOf } from './subjects.js';

/** Entries in one partition of a chain. */
const blockEntries = 1000;
const atOnce = 32;
/** Periods of an index that one search looks at; the page may end with fewer entries than asked for. */
const periodsAtOnce = 64;
/** The index outlives the entries. */
const marginDays = 31;
const first: ChainHead = { sequence: 0, ...genesis };

/** For kit `prepareKeyspace`. */
export const auditTables: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS audit_entries (chain int, block bigint, number bigint, entry text, PRIMARY KEY ((chain, block), number))',
  'CREATE TABLE IF NOT EXISTS audit_heads (chain int PRIMARY KEY, sequence bigint, number bigint, hash text)',
  'CREATE TABLE IF NOT EXISTS audit_anchors (chain int PRIMARY KEY, number bigint, hash text)',
  `CREATE TABLE IF NOT EXISTS audit_index (subject text, period int, time_ms bigint, chain int, number bigint,
   PRIMARY KEY ((subject, period), time_ms, chain, number)) WITH CLUSTERING ORDER BY (time_ms DESC, chain DESC, number DESC)`,
];

/**
 * The audit log in Cassandra, without light-weight transactions. Entries and heads are written with the log sequence as their time stamp, and are the same
 * whoever writes them: a late writer of the same stretch changes nothing, and the head never goes back. Entries go by range when they are cut, rows of
 * the index by their time to live.
 */
export class CassandraAudit implements Audit {
  readonly #indexSeconds: number;

  constructor(
    private readonly client: Client,
    { auditDays }: { readonly auditDays: number },
  ) {
    this.#indexSeconds = (auditDays + marginDays) * 86_400;
  }

  async head(chain: number): Promise<ChainHead> {
    const { rows } = await this.#run('SELECT sequence, number, hash FROM audit_heads WHERE chain = ?', [chain]);
    return rows[0] === undefined ? first : { ...linkOf(rows[0]), sequence: Number(rows[0].get('sequence')) };
  }

  async append(chain: number, from: ChainHead, entries: readonly AuditEntry[], to: ChainHead): Promise<'appended' | 'moved'> {
    if ((await this.head(chain)).sequence !== from.sequence) return 'moved';
    await inParallel(entries, atOnce, (entry) => this.#put(entry));
    const query = 'INSERT INTO audit_heads (chain, sequence, number, hash) VALUES (?, ?, ?, ?) USING TIMESTAMP ?';
    await this.#run(query, [chain, BigInt(to.sequence), BigInt(to.number), to.hash, BigInt(to.sequence)]);
    return 'appended';
  }

  async read(chain: number, after: number, limit: number): Promise<AuditEntry[]> {
    const { number: last } = await this.head(chain);
    const query = 'SELECT entry FROM audit_entries WHERE chain = ? AND block = ? AND number > ? AND number <= ? LIMIT ?';
    const found: AuditEntry[] = [];
    for (let block = blockOf(after + 1); block <= blockOf(last) && found.length < limit; block++) {
      const { rows } = await this.#run(query, [chain, BigInt(block), BigInt(after), BigInt(last), limit - found.length]);
      found.push(...rows.map(entryIn));
    }
    return found;
  }

  async get(places: readonly Place[]): Promise<AuditEntry[]> {
    const query = 'SELECT entry FROM audit_entries WHERE chain = ? AND block = ? AND number = ?';
    const found: (AuditEntry | undefined)[] = [];
    await inParallel([...places.entries()], atOnce, async ([at, { chain, number }]) => {
      const { rows } = await this.#run(query, [chain, BigInt(blockOf(number)), BigInt(number)]);
      found[at] = rows[0] && entryIn(rows[0]);
    });
    return found.filter((entry) => entry !== undefined);
  }

  async find(search: Search): Promise<Found> {
    const { subject, fromMs, toMs, before, limit } = search;
    const top = { timeMs: toMs, chain: 0, number: 0 };
    const below = before !== undefined && isBefore(before, top) ? before : top;
    const query = `SELECT time_ms, chain, number FROM audit_index WHERE subject = ? AND period = ?
      AND time_ms >= ? AND (time_ms, chain, number) < (?, ?, ?) LIMIT ?`;
    const periods = periodsOf(search);
    const places: Place[] = [];
    for (const period of periods.slice(0, periodsAtOnce)) {
      const bounds = [BigInt(fromMs), BigInt(below.timeMs), below.chain, BigInt(below.number), limit + 1 - places.length];
      const { rows } = await this.#run(query, [keyOf(subject), period, ...bounds]);
      places.push(...rows.map(placeIn));
      if (places.length > limit) return { places: places.slice(0, limit), next: places[limit - 1] };
    }
    const more = periods.length > periodsAtOnce;
    return { places, next: more ? beginOf(subject, periods[periodsAtOnce - 1]!) : undefined };
  }

  async anchor(chain: number): Promise<Link> {
    const { rows } = await this.#run('SELECT number, hash FROM audit_anchors WHERE chain = ?', [chain]);
    return rows[0] === undefined ? genesis : linkOf(rows[0]);
  }

  /** Its number is the anchor's time stamp: the highest one stays. */
  async cut(chain: number, anchor: Link): Promise<void> {
    const { number: known } = await this.anchor(chain);
    if (anchor.number <= known) return;
    const number = BigInt(anchor.number);
    await this.#run('INSERT INTO audit_anchors (chain, number, hash) VALUES (?, ?, ?) USING TIMESTAMP ?', [
      chain,
      number,
      anchor.hash,
      number,
    ]);
    const query = 'DELETE FROM audit_entries WHERE chain = ? AND block = ? AND number <= ?';
    for (let block = blockOf(known + 1); block <= blockOf(anchor.number); block++) await this.#run(query, [chain, BigInt(block), number]);
  }

  async #put(entry: AuditEntry): Promise<void> {
    const { chain, number, sequence } = entry;
    const query = 'INSERT INTO audit_entries (chain, block, number, entry) VALUES (?, ?, ?, ?) USING TIMESTAMP ?';
    await this.#run(query, [chain, BigInt(blockOf(number)), BigInt(number), lineOf(entry), BigInt(sequence)]);
    for (const subject of subjectsOf(entry)) await this.#index(keyOf(subject), periodOf(subject, entry.timeMs), placeOf(entry));
  }

  async #index(subject: string, period: number, { timeMs, chain, number }: Place): Promise<void> {
    const query = 'INSERT INTO audit_index (subject, period, time_ms, chain, number) VALUES (?, ?, ?, ?, ?) USING TTL ?';
    await this.#run(query, [subject, period, BigInt(timeMs), chain, BigInt(number), this.#indexSeconds]);
  }

  async #run(query: string, parameters: unknown[]): Promise<types.ResultSet> {
    try {
      return await this.client.execute(query, parameters);
    } catch (error) {
      throw new AuditAway(causeOf(error), { cause: error });
    }
  }
}

const blockOf = (number: number): number => Math.floor(number / blockEntries);
const entryIn = (row: types.Row): AuditEntry => entryOf(row.get('entry') as string);
const linkOf = (row: types.Row): Link => ({ number: Number(row.get('number')), hash: row.get('hash') as string });
const placeIn = (row: types.Row): Place => ({
  timeMs: Number(row.get('time_ms')),
  chain: row.get('chain') as number,
  number: Number(row.get('number')),
});
