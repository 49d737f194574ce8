export interface BackoffOptions {
  /** Upper bound of the first wait; doubled with every further attempt. Default 500. */
  readonly firstMs?: number;
  /** Default 30,000. */
  readonly longestMs?: number;
}

/** Exponential backoff with full jitter: many clients that lost one server do not come back at one moment. */
export class Backoff {
  #attempt = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: () => number,
  ) {}

  /** The next wait, ms. */
  next(): number {
    const { firstMs = 500, longestMs = 30_000 } = this.options;
    const bound = Math.min(longestMs, firstMs * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 30);
    return Math.floor(this.random() * bound);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
