import { causeOf } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { AuditAway, placeOf, type Audit, type ChainHead, type Found, type Place, type Search } from './audit.js';
import { entryOf, genesis, lineOf, type AuditEntry, type Link } from './entry.js';
import { keyOf, subjectsOf } from './subjects.js';

const first: ChainHead = { sequence: 0, ...genesis };
/** Entries that one transaction removes at most, so that cutting does not hold up writers. */
const removedAtOnce = 500;

/**
 * The audit log of an embedded node. Entries: (chain, number) -> line. Index: subject, 0, (time, chain, number), each number in eight bytes,
 * big-endian -> nothing. Heads and anchors: chain -> JSON. An append is one transaction; its entries are on the disk when it
 * resolves.
 */
export class LmdbAudit implements Audit {
  readonly #entries: Database<Buffer, Buffer>;
  readonly #index: Database<Buffer, Buffer>;
  readonly #heads: Database<Buffer, Buffer>;
  readonly #anchors: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    const table = (name: string): Database<Buffer, Buffer> =>
      store.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
    this.#entries = table('audit-entries');
    this.#index = table('audit-index');
    this.#heads = table('audit-heads');
    this.#anchors = table('audit-anchors');
  }

  head(chain: number): Promise<ChainHead> {
    return asked(() => this.#head(chain));
  }

  async append(chain: number, from: ChainHead, entries: readonly AuditEntry[], to: ChainHead): Promise<'appended' | 'moved'> {
    const outcome = await asked(() =>
      this.#entries.transaction(() => {
        if (this.#head(chain).sequence !== from.sequence) return 'moved' as const;
        for (const entry of entries) this.#put(entry);
        void this.#heads.put(bigEndian(chain), Buffer.from(JSON.stringify(to)));
        return 'appended' as const;
      }),
    );
    // Where there was no act nothing can be lost but a place to go on from.
    if (entries.length > 0) await asked(() => this.#entries.flushed);
    return outcome;
  }

  read(chain: number, after: number, limit: number): Promise<AuditEntry[]> {
    return asked(() => {
      const end = numberKey(chain, this.#head(chain).number + 1);
      return [...this.#entries.getRange({ start: numberKey(chain, after + 1), end, limit })].map(({ value }) => entryOf(value.toString()));
    });
  }

  get(places: readonly Place[]): Promise<AuditEntry[]> {
    return asked(() =>
      places.flatMap(({ chain, number }) => {
        const value = this.#entries.get(numberKey(chain, number));
        return value === undefined ? [] : [entryOf(value.toString())];
      }),
    );
  }

  find({ subject, fromMs, toMs, before, limit }: Search): Promise<Found> {
    if (toMs <= fromMs) return Promise.resolve({ places: [], next: undefined });
    const name = keyOf(subject);
    const end = indexKey(name, { timeMs: fromMs, chain: 0, number: 0 });
    const top = indexKey(name, { timeMs: toMs, chain: 0, number: 0 });
    const start = before === undefined ? top : least(top, indexKey(name, before));
    return asked(() => {
      // A reverse range begins with its start, which is not meant, and ends before its end, which is.
      const keys = [...this.#index.getKeys({ start, end, reverse: true, exclusiveStart: true, inclusiveEnd: true, limit: limit + 1 })];
      const places = keys.slice(0, limit).map((key) => placeIn(key));
      return { places, next: keys.length > limit ? places.at(-1) : undefined };
    });
  }

  anchor(chain: number): Promise<Link> {
    return asked(() => {
      const value = this.#anchors.get(bigEndian(chain));
      return value === undefined ? genesis : (JSON.parse(value.toString()) as Link);
    });
  }

  async cut(chain: number, anchor: Link): Promise<void> {
    if (anchor.number <= (await this.anchor(chain)).number) return;
    await asked(() => this.#anchors.put(bigEndian(chain), Buffer.from(JSON.stringify(anchor))));
    await asked(() => this.#anchors.flushed);
    while ((await asked(() => this.#entries.transaction(() => this.#removeSome(chain, anchor.number)))) === removedAtOnce);
  }

  #removeSome(chain: number, upTo: number): number {
    const range = { start: numberKey(chain, 0), end: numberKey(chain, upTo + 1), limit: removedAtOnce };
    const entries = [...this.#entries.getRange(range)];
    for (const { key, value } of entries) {
      const entry = entryOf(value.toString());
      for (const subject of subjectsOf(entry)) void this.#index.remove(indexKey(keyOf(subject), placeOf(entry)));
      void this.#entries.remove(key);
    }
    return entries.length;
  }

  #put(entry: AuditEntry): void {
    void this.#entries.put(numberKey(entry.chain, entry.number), Buffer.from(lineOf(entry)));
    for (const subject of subjectsOf(entry)) void this.#index.put(indexKey(keyOf(subject), placeOf(entry)), Buffer.alloc(0));
  }

  #head(chain: number): ChainHead {
    const value = this.#heads.get(bigEndian(chain));
    return value === undefined ? first : (JSON.parse(value.toString()) as ChainHead);
  }
}

const numberKey = (chain: number, number: number): Buffer => Buffer.concat([bigEndian(chain), bigEndian(number)]);
const indexKey = (subject: string, { timeMs, chain, number }: Place): Buffer =>
  Buffer.concat([Buffer.from(`${subject}\0`), bigEndian(timeMs), bigEndian(chain), bigEndian(number)]);
const placeIn = (key: Buffer): Place => {
  const at = key.length - 24;
  return { timeMs: fromBigEndian(key, at), chain: fromBigEndian(key, at + 8), number: fromBigEndian(key, at + 16) };
};
const least = (a: Buffer, b: Buffer): Buffer => (a.compare(b) < 0 ? a : b);

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new AuditAway(causeOf(error), { cause: error });
  }
}
