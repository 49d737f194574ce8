interface Bucket {
  /** Thousandths of a token: whole numbers, so that nothing is rounded away. */
  level: number;
  atMs: number;
}

const one = 1000;

/**
 * Token buckets by name: `rate` a second, twice as many at once. Holds `most` names; beyond that the one that was used longest ago is forgotten,
 * so a name that comes back starts full.
 */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: number,
    private readonly most: number,
  ) {}

  /** Takes one; 0, or after how many ms there is one again. */
  take(name: string, nowMs: number): number {
    const full = this.rate * 2 * one;
    const bucket = this.#buckets.get(name) ?? { level: full, atMs: nowMs };
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    this.#forget();
    bucket.level = Math.min(full, bucket.level + Math.max(0, nowMs - bucket.atMs) * this.rate);
    bucket.atMs = nowMs;
    if (bucket.level < one) return Math.ceil((one - bucket.level) / this.rate);
    bucket.level -= one;
    return 0;
  }

  #forget(): void {
    if (this.#buckets.size <= this.most) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
