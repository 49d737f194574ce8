import type { Advance } from './advance.js';
import { Dropped } from './dropped.js';
import type { TagGroup } from './tag-groups.js';

/** A batch as a reader gets it. */
export interface View {
  /** A ready ServerFrame of batches. */
  readonly bytes: Uint8Array;
  /** The inner batches as JSON, made when the first JSON client needs them. */
  readonly json: string;
  /** Set where there is nothing in it for the reader: it only leads over the batch. */
  readonly advance?: Advance;
}

/** One batch as it goes to sockets. */
export interface RingEntry {
  /** The reader's position before and after it. */
  readonly prev: number;
  readonly last: number;
  /** About how much it holds. */
  readonly bytes: number;
  /** Groups of tags get different views of it; otherwise all get the same. */
  readonly mixed: boolean;
  view(group: TagGroup): View;
  /** For whom there is something in it; empty: for nobody. */
  readonly audiences: readonly string[];
  readonly atMs: number;
  /** Not thrown out for size before then: a session that was just told "complete" is still reading it. */
  readonly keepUntilMs: number;
}

export interface RingLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly ageMs: number;
}

export const ringLimits: RingLimits = { entries: 1000, bytes: 256 * 1024, ageMs: 10 * 60_000 };

/** However long entries are kept for somebody, the ring never grows beyond this many times its limits. */
const keptFactor = 2;

/**
 * A room's recent batches, an unbroken chain from `base` to `tip`. Each entry has a serial, counting up; readers hold the serial that they want
 * next and check it by position. `known` is false until the first base is set: before that no position means anything here.
 */
export class Ring {
  readonly #entries: RingEntry[] = [];
  #first = 0;
  #bytes = 0;
  #base = 0;
  #tip = 0;
  #known = false;
  /** The serial behind the newest mixed entry. */
  #mixedBefore = 0;
  readonly #dropped = new Dropped();

  constructor(private readonly limits: RingLimits = ringLimits) {}

  get known(): boolean {
    return this.#known;
  }

  /** Everything after this position, up to `tip`, is here. */
  get base(): number {
    return this.#base;
  }

  /** The newest position. */
  get tip(): number {
    return this.#tip;
  }

  /** The serial of the oldest entry; equals `next` where there is none. */
  get first(): number {
    return this.#first;
  }

  /** The serial that the next entry will get. */
  get next(): number {
    return this.#first + this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a reader that wants this serial next has an entry before it of which groups get different views. */
  isMixed(from: number): boolean {
    return from < this.#mixedBefore;
  }

  entry(serial: number): RingEntry | undefined {
    return this.#entries[serial - this.#first];
  }

  /** Starts over, empty, at a position: what was before cannot be given any more. Serials go on, so that no reader takes a new entry for an old one. */
  restart(position: number): void {
    // One more than the next: whoever had everything has a hole now, and is looked at.
    this.#first = this.next + 1;
    this.#entries.length = 0;
    this.#bytes = 0;
    this.#base = position;
    this.#tip = position;
    this.#known = true;
    this.#dropped.restart(position);
  }

  /** The entry's `prev` has to be `tip`. Throws out what is over the limits. */
  append(entry: RingEntry, nowMs: number): void {
    if (entry.prev !== this.#tip || !this.#known) throw new RangeError('an entry that does not follow the ring');
    this.#entries.push(entry);
    if (entry.mixed) this.#mixedBefore = this.next;
    this.#bytes += entry.bytes;
    this.#tip = entry.last;
    this.trim(nowMs);
  }

  /** Older entries, an unbroken chain that ends at `base`. */
  prepend(entries: readonly RingEntry[]): void {
    if (entries.length === 0) return;
    if (entries.at(-1)!.last !== this.#base) throw new RangeError('entries that do not lead to the ring');
    this.#entries.unshift(...entries);
    this.#first -= entries.length;
    this.#base = entries[0]!.prev;
    for (const [i, entry] of entries.entries()) {
      this.#bytes += entry.bytes;
      if (entry.mixed) this.#mixedBefore = Math.max(this.#mixedBefore, this.#first + i + 1);
    }
  }

  trim(nowMs: number): void {
    for (let oldest = this.#entries[0]; oldest !== undefined && this.#mayGo(oldest, nowMs); oldest = this.#entries[0]) {
      this.#entries.shift();
      this.#first++;
      this.#bytes -= oldest.bytes;
      this.#base = oldest.last;
      this.#dropped.note(oldest.audiences, oldest.last);
    }
  }

  /** A reader of the group at this position, before `base`, lacks nothing that it would have seen. */
  hadNothingFor(group: TagGroup, position: number): boolean {
    return this.#known && this.#dropped.hadNothingFor(group, position);
  }

  /** The serial of the first entry that a reader at this position has not read whole. Undefined: the position is before `base` or after `tip`. */
  seek(position: number): number | undefined {
    if (!this.#known || position < this.#base || position > this.#tip) return undefined;
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.last > position) high = middle;
      else low = middle + 1;
    }
    return this.#first + low;
  }

  #mayGo(oldest: RingEntry, nowMs: number): boolean {
    if (nowMs - oldest.atMs > this.limits.ageMs) return true;
    const count = this.#entries.length;
    if (count > this.limits.entries * keptFactor || this.#bytes > this.limits.bytes * keptFactor) return true;
    return nowMs >= oldest.keepUntilMs && (count > this.limits.entries || this.#bytes > this.limits.bytes);
  }
}
