import { AuditAway, isBefore, placeOf, type Audit, type ChainHead, type Found, type Place, type Search } from './audit.js';
import { genesis, type AuditEntry, type Link } from './entry.js';
import { keyOf, subjectsOf } from './subjects.js';

const first: ChainHead = { sequence: 0, ...genesis };

/** What several MemoryAudits have in common, as processes have one Cassandra. */
export class MemoryAuditStorage {
  readonly heads = new Map<number, ChainHead>();
  readonly anchors = new Map<number, Link>();
  /** By chain, then number. */
  readonly chains = new Map<number, Map<number, AuditEntry>>();
  /** False: every question rejects. */
  available = true;
}

/** An audit log in this process's memory: for tests. */
export class MemoryAudit implements Audit {
  constructor(private readonly storage = new MemoryAuditStorage()) {}

  async head(chain: number): Promise<ChainHead> {
    return this.#asked.heads.get(chain) ?? first;
  }

  async append(chain: number, from: ChainHead, entries: readonly AuditEntry[], to: ChainHead): Promise<'appended' | 'moved'> {
    const { heads } = this.#asked;
    if ((heads.get(chain) ?? first).sequence !== from.sequence) return 'moved';
    for (const entry of entries) this.#chain(chain).set(entry.number, entry);
    heads.set(chain, to);
    return 'appended';
  }

  async read(chain: number, after: number, limit: number): Promise<AuditEntry[]> {
    const { number } = await this.head(chain);
    const kept = [...this.#chain(chain)].filter(([at]) => at > after && at <= number).sort(([a], [b]) => a - b);
    return kept.slice(0, limit).map(([, entry]) => entry);
  }

  async get(places: readonly Place[]): Promise<AuditEntry[]> {
    return places.flatMap(({ chain, number }) => this.#chain(chain).get(number) ?? []);
  }

  async find({ subject, fromMs, toMs, before, limit }: Search): Promise<Found> {
    const entries = [...this.#asked.chains.values()].flatMap((chain) => [...chain.values()]);
    const places = entries
      .filter((entry) => entry.timeMs >= fromMs && entry.timeMs < toMs && (before === undefined || isBefore(placeOf(entry), before)))
      .filter((entry) => subjectsOf(entry).some((one) => keyOf(one) === keyOf(subject)))
      .map(placeOf)
      .sort((a, b) => (isBefore(a, b) ? 1 : -1));
    const page = places.slice(0, limit);
    return { places: page, next: places.length > limit ? page.at(-1) : undefined };
  }

  async anchor(chain: number): Promise<Link> {
    return this.#asked.anchors.get(chain) ?? genesis;
  }

  async cut(chain: number, anchor: Link): Promise<void> {
    if (anchor.number <= (await this.anchor(chain)).number) return;
    this.#asked.anchors.set(chain, anchor);
    for (const number of this.#chain(chain).keys()) if (number <= anchor.number) this.#chain(chain).delete(number);
  }

  get #asked(): MemoryAuditStorage {
    if (!this.storage.available) throw new AuditAway('the audit log is away');
    return this.storage;
  }

  #chain(chain: number): Map<number, AuditEntry> {
    const { chains } = this.#asked;
    const kept = chains.get(chain) ?? new Map<number, AuditEntry>();
    chains.set(chain, kept);
    return kept;
  }
}
