import { timeOfPosition, type Position } from '@plaza/domain';

/** What is kept of a room's recent past: whichever bound is met first. */
export const ringLimits = { events: 1000, bytes: 256 * 1024, ageMs: 600_000 } as const;

export interface RingEntry {
  readonly prev: Position;
  readonly last: Position;
  readonly events: number;
  /** The live frame as it was published. */
  readonly frame: Uint8Array;
  /** The log sequence of the record with the room's batch before this one; 0: none. */
  readonly previousSequence: number;
}

/** Counts a walk back through a room's batches against the limits of a ring. */
export class RingBudget {
  #events = 0;
  #bytes = 0;

  /** False: with this entry it would be too much, or it is too old. A first entry always fits by size. */
  take(entry: RingEntry, nowMs: number): boolean {
    if (nowMs - timeOfPosition(entry.last) > ringLimits.ageMs) return false;
    const first = this.#events === 0 && this.#bytes === 0;
    this.#events += entry.events;
    this.#bytes += entry.frame.length;
    return first || (this.#events <= ringLimits.events && this.#bytes <= ringLimits.bytes);
  }
}

/** The newest batches of one room, oldest first, as a chain without holes. */
export class Ring {
  #entries: RingEntry[] = [];
  #events = 0;
  #bytes = 0;

  /** An entry that does not follow the newest one starts the ring anew. */
  push(entry: RingEntry, nowMs: number): void {
    if (this.#entries.length > 0 && this.#entries.at(-1)!.last !== entry.prev) this.#clear();
    this.#entries.push(entry);
    this.#events += entry.events;
    this.#bytes += entry.frame.length;
    this.#trim(nowMs);
  }

  get newest(): RingEntry | undefined {
    return this.#entries.at(-1);
  }

  /** Newest first. */
  *back(): IterableIterator<RingEntry> {
    for (let i = this.#entries.length - 1; i >= 0; i--) yield this.#entries[i]!;
  }

  #trim(nowMs: number): void {
    let drop = 0;
    while (drop < this.#entries.length - 1 && this.#tooMuch(this.#entries[drop]!, nowMs)) {
      this.#events -= this.#entries[drop]!.events;
      this.#bytes -= this.#entries[drop]!.frame.length;
      drop++;
    }
    if (drop > 0) this.#entries.splice(0, drop);
  }

  #tooMuch(oldest: RingEntry, nowMs: number): boolean {
    return this.#events > ringLimits.events || this.#bytes > ringLimits.bytes || nowMs - timeOfPosition(oldest.last) > ringLimits.ageMs;
  }

  #clear(): void {
    this.#entries = [];
    this.#events = 0;
    this.#bytes = 0;
  }
}
