import type { Clock } from '@plaza/kit';

const freshMs = 600_000;

/**
 * The buckets that were written to the index lately. After ten minutes a bucket is written again, so that its index row lives as long as its
 * newest message. Bounded: what was noted first is forgotten first, and then written once more than needed.
 */
export class BucketNotes {
  readonly #notedMs = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly kept = 10_000,
  ) {}

  has(room: string, bucket: number): boolean {
    const notedMs = this.#notedMs.get(keyOf(room, bucket));
    return notedMs !== undefined && this.clock.now() - notedMs < freshMs;
  }

  forget(room: string): void {
    for (const key of this.#notedMs.keys()) if (key.startsWith(`${room}/`)) this.#notedMs.delete(key);
  }

  clear(): void {
    this.#notedMs.clear();
  }

  add(room: string, bucket: number): void {
    const key = keyOf(room, bucket);
    this.#notedMs.delete(key);
    this.#notedMs.set(key, this.clock.now());
    if (this.#notedMs.size <= this.kept) return;
    for (const oldest of this.#notedMs.keys()) return void this.#notedMs.delete(oldest);
  }
}

const keyOf = (room: string, bucket: number): string => `${room}/${bucket}`;
