import type { Audit } from './audit.js';
import { hashOf, type AuditEntry, type Link } from './entry.js';

const pageEntries = 500;

/** What a walk along a chain came to. */
export type Verdict =
  /** From behind `from` on, `count` entries follow each other to `to`; `more`: the walk ended before the chain's end. */
  | { readonly ok: true; readonly chain: number; readonly from: Link; readonly count: number; readonly to: Link; readonly more: boolean }
  /** The first entry that is not what it has to be: `number` is where it, or what is missing, belongs. */
  | {
      readonly ok: false;
      readonly chain: number;
      readonly from: Link;
      readonly count: number;
      readonly number: number;
      readonly why: string;
    };

/** Why this entry is not the one that follows; undefined: it is. */
export function flawOf(chain: number, before: Link, entry: AuditEntry): string | undefined {
  if (entry.chain !== chain) return `it says that it is of chain ${entry.chain}`;
  if (entry.number !== before.number + 1) return `number ${before.number + 1} is missing: the next one is ${entry.number}`;
  if (entry.hash !== hashOf(entry)) return 'its content does not have its hash';
  return entry.previousHash === before.hash ? undefined : 'it does not follow the entry before';
}

/**
 * Walks a chain up to its head as it is at the start, from its anchor or from behind a known entry, over at most `most` entries. What the head promises
 * and is not there is missing. Rejects with AuditAway.
 */
export async function verifyChain(audit: Audit, chain: number, after?: Link, most = Number.MAX_SAFE_INTEGER): Promise<Verdict> {
  const head = await audit.head(chain);
  const from = after ?? (await audit.anchor(chain));
  let to: Link = from;
  let count = 0;
  const broken = (why: string, number = to.number + 1): Verdict => ({ ok: false, chain, from, count, number, why });
  while (to.number < head.number && count < most) {
    const entries = await audit.read(chain, to.number, Math.min(pageEntries, most - count, head.number - to.number));
    if (entries.length === 0) return broken(`number ${to.number + 1} is missing`);
    for (const entry of entries) {
      const flaw = flawOf(chain, to, entry);
      if (flaw !== undefined) return broken(flaw);
      to = { number: entry.number, hash: entry.hash };
      count++;
    }
  }
  if (to.number > head.number) return broken(`the chain ends with number ${head.number}`, head.number + 1);
  if (to.number === head.number && to.hash !== head.hash)
    return broken('the newest entry is not the one that the chain’s head names', to.number);
  return { ok: true, chain, from, count, to, more: to.number < head.number };
}
