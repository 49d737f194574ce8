import type { Audit } from './audit.js';
import type { AuditEntry, Link } from './entry.js';
import { flawOf } from './verify.js';

const pageEntries = 500;

/** A chain that is broken is not cut: what is left of it is evidence. */
export class ChainFlawed extends Error {
  override readonly name = 'ChainFlawed';
}

/**
 * Lets go of the entries of a chain up to the first one that is not older than `beforeMs`. Answers how many went. Rejects with ChainFlawed at the
 * first one that is not what it has to be, and with AuditAway.
 */
export async function cutOld(audit: Audit, chain: number, beforeMs: number): Promise<number> {
  let anchor = await audit.anchor(chain);
  for (let count = 0; ;) {
    const entries = await audit.read(chain, anchor.number, pageEntries);
    const young = entries.findIndex(({ timeMs }) => timeMs >= beforeMs);
    const old = young < 0 ? entries : entries.slice(0, young);
    if (old.length === 0) return count;
    anchor = checked(chain, anchor, old);
    await audit.cut(chain, anchor);
    count += old.length;
    if (young >= 0) return count;
  }
}

function checked(chain: number, anchor: Link, entries: readonly AuditEntry[]): Link {
  return entries.reduce<Link>((before, entry) => {
    const flaw = flawOf(chain, before, entry);
    if (flaw !== undefined) throw new ChainFlawed(`chain ${chain}, number ${before.number + 1}: ${flaw}`);
    return { number: entry.number, hash: entry.hash };
  }, anchor);
}
