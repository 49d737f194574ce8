const pageBytes = 16 * 1024;
const leastPlaces = 16;
/** UTF-8 bytes of a character of a string, at most. */
const mostBytesOfChar = 3;

/** What is known of an entry, in this order; `older` is the next older one of its slot. */
const facts = { older: 0, hash: 1, atMs: 2, page: 3, start: 4, textEnd: 5, end: 6 } as const;
const factCount = 7;

export interface TimedEntry {
  /** Counts up from 1 in the order of putting. */
  readonly number: number;
  readonly atMs: number;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/**
 * Many small entries that are found by a hash, and go again in the order in which they came. They are outside of V8's heap: half a million of them as objects in a
 * map took 480 bytes each, and collections that moved and marked them a seventh of a busy holder's time.
 *
 * The entries of a slot are a chain from the newest to the oldest. One that is forgotten ends the chain, for all behind it are older: forgetting touches nothing.
 */
export class TimedBytes {
  /** The number of the newest entry of each slot; 0: none was there. */
  #heads = new Float64Array(leastPlaces);
  /** Facts of an entry by its number, round and round. */
  #facts = new Float64Array(leastPlaces * factCount);
  #first = 1;
  #next = 1;
  readonly #pages = new Map<number, Buffer>();
  #page = 0;
  #used = 0;

  get size(): number {
    return this.#next - this.#first;
  }

  /** Undefined: there is none. */
  get oldest(): Pick<TimedEntry, 'number' | 'atMs'> | undefined {
    return this.size === 0 ? undefined : { number: this.#first, atMs: this.#fact(this.#first, 'atMs') };
  }

  /** `hash`: 32 bits without sign, each as good as any other. Answers the entry's number. */
  put(hash: number, atMs: number, text: string, bytes: Uint8Array): number {
    if (this.size === this.#places) this.#resize(this.#places * 2);
    const page = this.#pageFor(text.length * mostBytesOfChar + bytes.length);
    const number = this.#next++;
    const start = this.#used;
    const textEnd = start + page.write(text, start);
    page.set(bytes, textEnd);
    this.#used = textEnd + bytes.length;
    const at = this.#at(number);
    this.#facts[at + facts.hash] = hash;
    this.#facts[at + facts.atMs] = atMs;
    this.#facts[at + facts.page] = this.#page;
    this.#facts[at + facts.start] = start;
    this.#facts[at + facts.textEnd] = textEnd;
    this.#facts[at + facts.end] = this.#used;
    this.#link(number, hash);
    return number;
  }

  /** The newest of this hash that is meant, with copies of what it has. */
  find(hash: number, isMeant: (text: string) => boolean): TimedEntry | undefined {
    for (let number = this.#newest(hash); number >= this.#first; number = this.#fact(number, 'older')) {
      if (this.#fact(number, 'hash') !== hash) continue;
      const entry = this.#entry(number);
      if (isMeant(entry.text)) return entry;
    }
    return undefined;
  }

  forgetOldest(): void {
    const page = this.#fact(this.#first++, 'page');
    if (page !== this.#page && (this.size === 0 || this.#fact(this.#first, 'page') !== page)) this.#pages.delete(page);
    if (this.#places > leastPlaces && this.size <= this.#places / 8) this.#resize(this.#places / 2);
  }

  #entry(number: number): TimedEntry {
    const page = this.#pages.get(this.#fact(number, 'page'))!;
    const textEnd = this.#fact(number, 'textEnd');
    return {
      number,
      atMs: this.#fact(number, 'atMs'),
      text: page.toString('utf8', this.#fact(number, 'start'), textEnd),
      bytes: new Uint8Array(page.subarray(textEnd, this.#fact(number, 'end'))),
    };
  }

  #link(number: number, hash: number): void {
    this.#facts[this.#at(number) + facts.older] = this.#newest(hash);
    this.#heads[this.#slotOf(hash)] = number;
  }

  get #places(): number {
    return this.#heads.length;
  }

  #slotOf(hash: number): number {
    return hash & (this.#places - 1);
  }

  #newest(hash: number): number {
    return this.#heads[this.#slotOf(hash)]!;
  }

  #at(number: number): number {
    return (number % this.#places) * factCount;
  }

  #fact(number: number, name: keyof typeof facts): number {
    return this.#facts[this.#at(number) + facts[name]]!;
  }

  #pageFor(most: number): Buffer {
    const page = this.#pages.get(this.#page);
    if (page !== undefined && this.#used + most <= page.length) return page;
    if (this.size === 0) this.#pages.clear();
    const fresh = Buffer.allocUnsafeSlow(Math.max(pageBytes, most));
    this.#pages.set(++this.#page, fresh);
    this.#used = 0;
    return fresh;
  }

  /** As many places as slots: a chain has one entry on average. */
  #resize(places: number): void {
    const [before, entries] = [this.#places, this.#facts];
    this.#heads = new Float64Array(places);
    this.#facts = new Float64Array(places * factCount);
    for (let number = this.#first; number < this.#next; number++) {
      const from = (number % before) * factCount;
      this.#facts.set(entries.subarray(from, from + factCount), this.#at(number));
      this.#link(number, this.#fact(number, 'hash'));
    }
  }
}
