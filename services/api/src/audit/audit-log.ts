import type { Clock } from '@plaza/kit';
import type { Audit, ChainHead, Place, Subject } from './audit.js';
import { lineOf, type AuditEntry, type Link } from './entry.js';
import { verifyChain, type Verdict } from './verify.js';

const dayMs = 86_400_000;
/** Clocks of other machines may be ahead. */
const aheadMs = dayMs;
const pageEntries = 500;
/** Looks into the index for one page of a query. */
const mostLooks = 20;

/** What of it is wanted; an absent field is no condition. */
export interface Wanted {
  readonly room?: string | undefined;
  /** As operator or as target. */
  readonly account?: string | undefined;
  readonly act?: string | undefined;
  /** Inclusive, Unix ms. */
  readonly fromMs?: number | undefined;
  /** Exclusive, Unix ms. */
  readonly toMs?: number | undefined;
}

export interface QueryPage {
  /** Newest first. May be fewer than asked for, even none, where there is more. */
  readonly entries: readonly AuditEntry[];
  readonly next: Place | undefined;
}

export interface ChainView {
  readonly chain: number;
  readonly head: ChainHead;
  readonly anchor: Link;
}

/** The audit log as it is asked. Everything rejects with AuditAway where the store cannot be asked. */
export class AuditLog {
  constructor(
    private readonly audit: Audit,
    readonly chains: number,
    private readonly auditDays: number,
    private readonly clock: Clock,
  ) {}

  async query(wanted: Wanted, before: Place | undefined, limit: number): Promise<QueryPage> {
    const search = { subject: subjectOf(wanted), ...this.#times(wanted) };
    const entries: AuditEntry[] = [];
    let next = before;
    for (let look = 0; look < mostLooks && entries.length < limit; look++) {
      const found = await this.audit.find({ ...search, before: next, limit: limit - entries.length });
      entries.push(...(await this.audit.get(found.places)).filter((entry) => isWanted(wanted, entry)));
      next = found.next;
      if (next === undefined) break;
    }
    return { entries, next };
  }

  /**
   * Whole stretches of the chains, one after the other, a line an entry: from the first to the last entry of the time, with everything between, so that each stretch
   * can be verified. Holds one page at a time.
   */
  async *lines({ fromMs, toMs }: Pick<Wanted, 'fromMs' | 'toMs'>, chain?: number): AsyncGenerator<string> {
    const spans = fromMs === undefined && toMs === undefined ? undefined : await this.#spans({ fromMs, toMs });
    for (const one of chain === undefined ? Array.from({ length: this.chains }, (_, i) => i) : [chain]) {
      const span = spans === undefined ? everything : spans.get(one);
      if (span !== undefined) yield* this.#stretch(one, span);
    }
  }

  async chainViews(): Promise<ChainView[]> {
    const view = async (chain: number): Promise<ChainView> => {
      const [head, anchor] = await Promise.all([this.audit.head(chain), this.audit.anchor(chain)]);
      return { chain, head, anchor };
    };
    return Promise.all(Array.from({ length: this.chains }, (_, chain) => view(chain)));
  }

  verify(chain: number, after: Link | undefined, most: number): Promise<Verdict> {
    return verifyChain(this.audit, chain, after, most);
  }

  async *#stretch(chain: number, { first, last }: Span): AsyncGenerator<string> {
    for (let after = first - 1; after < last;) {
      const entries = await this.audit.read(chain, after, pageEntries);
      for (const entry of entries) if (entry.number <= last) yield `${lineOf(entry)}\n`;
      after = entries.at(-1)?.number ?? last;
    }
  }

  /** By chain: the numbers of the first and the last entry of a time. */
  async #spans(wanted: Wanted): Promise<Map<number, Span>> {
    const spans = new Map<number, Span>();
    const search = { subject: subjectOf({}), ...this.#times(wanted), limit: pageEntries };
    for (let before: Place | undefined, more = true; more; more = before !== undefined) {
      const { places, next } = await this.audit.find({ ...search, before });
      for (const { chain, number } of places) {
        const { first, last } = spans.get(chain) ?? { first: number, last: number };
        spans.set(chain, { first: Math.min(first, number), last: Math.max(last, number) });
      }
      before = next;
    }
    return spans;
  }

  /** Nothing is kept from outside of these times. */
  #times({ fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: Pick<Wanted, 'fromMs' | 'toMs'>): { fromMs: number; toMs: number } {
    const nowMs = this.clock.now();
    return { fromMs: Math.max(fromMs, nowMs - (this.auditDays + 1) * dayMs, 0), toMs: Math.min(toMs, nowMs + aheadMs) };
  }
}

interface Span {
  readonly first: number;
  readonly last: number;
}

const everything: Span = { first: 1, last: Number.MAX_SAFE_INTEGER };

/** The rarest of what is asked for; the rest is looked for in what it finds. */
function subjectOf({ account, room, act }: Wanted): Subject {
  if (account !== undefined) return { kind: 'account', name: account };
  if (room !== undefined) return { kind: 'room', name: room };
  return act === undefined ? { kind: 'any', name: '' } : { kind: 'act', name: act };
}

const isWanted = ({ room, account, act }: Wanted, entry: AuditEntry): boolean =>
  (room === undefined || entry.room === room) &&
  (act === undefined || entry.act === act) &&
  (account === undefined || entry.operator === account || entry.targets.includes(account));

export const tokenOf = ({ timeMs, chain, number }: Place): string => `${timeMs}.${chain}.${number}`;

/** Undefined: it is none. */
export function placeOfToken(token: string): Place | undefined {
  const [timeMs, chain, number] = (/^(\d{1,16})\.(\d{1,4})\.(\d{1,16})$/.exec(token)?.slice(1) ?? []).map(Number);
  if (timeMs === undefined || chain === undefined || number === undefined) return undefined;
  return Number.isSafeInteger(timeMs) && Number.isSafeInteger(number) ? { timeMs, chain, number } : undefined;
}
