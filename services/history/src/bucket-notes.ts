import type { Clock } from '@plaza/kit';

const freshMs = 600_000;
const kept = 10_000;

/**
 * The buckets that were written to the index lately. After ten minutes a bucket is written again, so that its index row lives as long as its
 * newest message. Bounded: what was noted first is forgotten first, and then written once more than needed.
 */
export class BucketNotes {
  readonly #notedMs = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  has(room: string, bucket: number): boolean {
    const notedMs = this.#notedMs.get(keyOf(room, bucket));
    return notedMs !== undefined && this.clock.now() - notedMs < freshMs;
  }

  add(room: string, bucket: number): void {
    const key = keyOf(room, bucket);
    this.#notedMs.delete(key);
    this.#notedMs.set(key, this.clock.now());
    if (this.#notedMs.size <= kept) return;
    for (const oldest of this.#notedMs.keys()) return void this.#notedMs.delete(oldest);
  }
}

const keyOf = (room: string, bucket: number): string => `${room}/${bucket}`;
