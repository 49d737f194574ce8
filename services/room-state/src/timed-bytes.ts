import { copied } from '@plaza/kit';

const pageBytes = 16 * 1024;
const leastPlaces = 16;
/** 4 MB, which are made in 2 ms. */
const mostPlaces = 65_536;
/** UTF-8 bytes of a character of a string, at most. */
const mostBytesOfChar = 3;

/** What is known of an entry, in this order; `older` is the next older one of its slot in the same stretch, 0: there is none. */
const facts = { older: 0, hash: 1, atMs: 2, page: 3, start: 4, textEnd: 5, end: 6 } as const;
const factCount = 7;

export interface TimedEntry {
  /** Counts up from 1 in the order of putting. */
  readonly number: number;
  readonly atMs: number;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** The entries from one number on, with as many slots as places: the entries of a slot are a chain from the newest to the oldest. */
class Stretch {
  /** The number of the newest entry of each slot; 0: none was there. */
  readonly #heads: Float64Array;
  readonly #facts: Float64Array;
  #next: number;

  constructor(
    readonly first: number,
    readonly places: number,
  ) {
    this.#heads = new Float64Array(places);
    this.#facts = new Float64Array(places * factCount);
    this.#next = first;
  }

  get next(): number {
    return this.#next;
  }

  get full(): boolean {
    return this.#next - this.first === this.places;
  }

  add(hash: number, atMs: number, page: number, start: number, textEnd: number, end: number): number {
    const number = this.#next++;
    const at = (number - this.first) * factCount;
    this.#facts[at + facts.older] = this.newest(hash);
    this.#facts[at + facts.hash] = hash;
    this.#facts[at + facts.atMs] = atMs;
    this.#facts[at + facts.page] = page;
    this.#facts[at + facts.start] = start;
    this.#facts[at + facts.textEnd] = textEnd;
    this.#facts[at + facts.end] = end;
    this.#heads[hash & (this.places - 1)] = number;
    return number;
  }

  newest(hash: number): number {
    return this.#heads[hash & (this.places - 1)]!;
  }

  fact(number: number, name: keyof typeof facts): number {
    return this.#facts[(number - this.first) * factCount + facts[name]]!;
  }
}

/**
 * Many small entries that are found by a hash, and go again in the order in which they came. They are outside of V8's heap: half a million of them as objects in a
 * map took 480 bytes each, and collections that moved and marked them a seventh of a busy holder's time.
 *
 * Nothing is ever moved: where one stretch of them is full, another follows. An entry that is forgotten ends its chain, for all behind it are older: forgetting
 * touches nothing.
 */
export class TimedBytes {
  /** The oldest first. */
  #stretches = [new Stretch(1, leastPlaces)];
  #first = 1;
  readonly #pages = new Map<number, Buffer>();
  #page = 0;
  #used = 0;

  get size(): number {
    return this.#newest.next - this.#first;
  }

  /** Of 16 KiB each, or as large as what is in it. */
  get pages(): number {
    return this.#pages.size;
  }

  /** Undefined: there is none. */
  get oldest(): Pick<TimedEntry, 'number' | 'atMs'> | undefined {
    return this.size === 0 ? undefined : { number: this.#first, atMs: this.#oldest.fact(this.#first, 'atMs') };
  }

  /** `hash`: 32 bits without sign, each as good as any other. Answers the entry's number. */
  put(hash: number, atMs: number, text: string, bytes: Uint8Array): number {
    if (this.#newest.full) this.#stretches.push(new Stretch(this.#newest.next, placesFor(this.size)));
    const page = this.#pageFor(text.length * mostBytesOfChar + bytes.length);
    const start = this.#used;
    const textEnd = start + page.write(text, start);
    page.set(bytes, textEnd);
    this.#used = textEnd + bytes.length;
    return this.#newest.add(hash, atMs, this.#page, start, textEnd, this.#used);
  }

  /** The newest of this hash that is meant, with copies of what it has. */
  find(hash: number, isMeant: (text: string) => boolean): TimedEntry | undefined {
    for (let i = this.#stretches.length - 1; i >= 0; i--) {
      const stretch = this.#stretches[i]!;
      for (let number = stretch.newest(hash); number >= this.#first; number = stretch.fact(number, 'older')) {
        if (stretch.fact(number, 'hash') !== hash) continue;
        const entry = this.#entry(stretch, number);
        if (isMeant(entry.text)) return entry;
      }
    }
    return undefined;
  }

  forgetOldest(): void {
    const page = this.#oldest.fact(this.#first++, 'page');
    if (this.size === 0) return this.#startOver();
    if (this.#first === this.#oldest.next) this.#stretches.shift();
    if (this.#oldest.fact(this.#first, 'page') !== page) this.#pages.delete(page);
  }

  get #oldest(): Stretch {
    return this.#stretches[0]!;
  }

  get #newest(): Stretch {
    return this.#stretches.at(-1)!;
  }

  #startOver(): void {
    this.#stretches = [new Stretch(this.#first, leastPlaces)];
    this.#pages.clear();
  }

  #entry(stretch: Stretch, number: number): TimedEntry {
    const page = this.#pages.get(stretch.fact(number, 'page'))!;
    const textEnd = stretch.fact(number, 'textEnd');
    return {
      number,
      atMs: stretch.fact(number, 'atMs'),
      text: page.toString('utf8', stretch.fact(number, 'start'), textEnd),
      bytes: copied(page.subarray(textEnd, stretch.fact(number, 'end'))),
    };
  }

  #pageFor(most: number): Buffer {
    const page = this.#pages.get(this.#page);
    if (page !== undefined && this.#used + most <= page.length) return page;
    const fresh = Buffer.allocUnsafeSlow(Math.max(pageBytes, most));
    this.#pages.set(++this.#page, fresh);
    this.#used = 0;
    return fresh;
  }
}

/** As many as there are: few stretches, and none for more than twice of it. */
const placesFor = (size: number): number => 2 ** Math.ceil(Math.log2(Math.min(mostPlaces, Math.max(leastPlaces, size))));
