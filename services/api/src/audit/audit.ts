import type { AuditEntry, Link } from './entry.js';

/** How far a chain is written: every record of its log stream up to `sequence` is considered, and `number` and `hash` are its newest entry's. */
export interface ChainHead extends Link {
  readonly sequence: number;
}

/** What entries can be found by. `act` takes an act's name; `any` is everything. */
export type Subject = { readonly kind: 'room' | 'account' | 'act'; readonly name: string } | { readonly kind: 'any'; readonly name: '' };

/** Where an entry stands among all of them: by time, then chain and number. */
export interface Place {
  readonly timeMs: number;
  readonly chain: number;
  readonly number: number;
}

export interface Search {
  readonly subject: Subject;
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  /** Only what stands before; where an earlier page ended. */
  readonly before?: Place | undefined;
  readonly limit: number;
}

export interface Found {
  /** Newest first, at most `limit`; may be fewer, even none, where there is more. */
  readonly places: readonly Place[];
  /** Where to go on; undefined: that was all. */
  readonly next: Place | undefined;
}

/**
 * The audit log: a chain of entries for each stream of the log. Entries are a function of the log alone, so two processes that write the same
 * stretch of a chain write the same. Rejects with AuditAway where it cannot be asked; a write that was rejected may be half there, is not told by
 * `head`, and is made whole by writing it again.
 */
export interface Audit {
  /** `{ sequence: 0, number: 0, hash: 64 zeros }` before the first. Never goes back, whatever late writers do. */
  head(chain: number): Promise<ChainHead>;
  /**
   * Appends what follows `from` and moves the head to `to`, durably. `moved`: the chain stands elsewhere by now (another process was here), nothing
   * of it is changed.
   */
  append(chain: number, from: ChainHead, entries: readonly AuditEntry[], to: ChainHead): Promise<'appended' | 'moved'>;
  /** Entries of a chain as they are kept, true or not, with a number above `after` and up to the head's; by number, at most `limit`. */
  read(chain: number, after: number, limit: number): Promise<AuditEntry[]>;
  /** Those of these places that are there. */
  get(places: readonly Place[]): Promise<AuditEntry[]>;
  find(search: Search): Promise<Found>;
  /** The newest entry that was cut: the first one kept follows it. `{ number: 0, hash: 64 zeros }`: nothing was cut. */
  anchor(chain: number): Promise<Link>;
  /** Lets go of the entries up to `anchor`, which is one of the chain's. An older anchor than before changes nothing. */
  cut(chain: number, anchor: Link): Promise<void>;
}

export class AuditAway extends Error {
  override readonly name = 'AuditAway';
}

export const isBefore = (a: Place, b: Place): boolean =>
  a.timeMs !== b.timeMs ? a.timeMs < b.timeMs : a.chain !== b.chain ? a.chain < b.chain : a.number < b.number;

export const placeOf = ({ timeMs, chain, number }: AuditEntry): Place => ({ timeMs, chain, number });
