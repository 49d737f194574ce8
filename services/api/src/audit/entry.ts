import { createHash } from 'node:crypto';
import { canonical, type Json } from './canonical.js';

export interface Details {
  readonly [name: string]: Json;
}

/** Who did what to whom, where, when and why: everything that is known of an act before it has its place in a chain. */
export interface AuditedAct {
  /** The log sequence of the record that holds the act; with `room` and `position` it names the act. */
  readonly sequence: number;
  /** `accounts:` for what holds in all rooms; empty: no room's (a hole in the log). */
  readonly room: string;
  /** In the room; a decimal string; empty: none. */
  readonly position: string;
  /** Unix ms. */
  readonly timeMs: number;
  /** The event's name in kebab-case; `log-hole`. */
  readonly act: string;
  /** The account that acted; empty: the server API, or the room itself. */
  readonly operator: string;
  /** The name of the API key by which the server API was asked; empty: it was not. */
  readonly apiKey: string;
  readonly targets: readonly string[];
  readonly reason: string;
  readonly notifyExt: string;
  readonly details: Details;
  /** What it was before, where that matters. */
  readonly previous: Details;
}

/** An act at its place in the chain of its log stream. */
export interface AuditEntry extends AuditedAct {
  readonly chain: number;
  /** 1 for the first of its chain, then without a gap. */
  readonly number: number;
  /** `hash` of the entry before; of the first: 64 zeros. */
  readonly previousHash: string;
  /** SHA-256, hex, of the canonical form (RFC 8785) of the entry without this field. */
  readonly hash: string;
}

/** The place of a chain's newest entry. */
export interface Link {
  readonly number: number;
  readonly hash: string;
}

export const genesis: Link = { number: 0, hash: '0'.repeat(64) };

/** The hash that the entry has to have. */
export const hashOf = ({ hash: _, ...unhashed }: Omit<AuditEntry, 'hash'> & { readonly hash?: string }): string =>
  createHash('sha256').update(canonical(unhashed)).digest('hex');

/** The acts as the entries that follow `after`: a function of its arguments and nothing else, so that who writes them again writes the same. */
export function chained(chain: number, after: Link, acts: readonly AuditedAct[]): AuditEntry[] {
  let { number, hash: previousHash } = after;
  return acts.map((act) => {
    const unhashed = { ...act, chain, number: ++number, previousHash };
    previousHash = hashOf(unhashed);
    return { ...unhashed, hash: previousHash };
  });
}

/** One line, as it is kept and exported. */
export const lineOf = (entry: AuditEntry): string => canonical(entry as unknown as Json);
export const entryOf = (line: string): AuditEntry => JSON.parse(line) as AuditEntry;
