/** Between two batches a reader that catches up rests for a moment: it is behind all the same. */
const restMs = 1000;

/** How far one reader is behind: the age of the oldest record that it has in its hands, or had a moment ago. All times are Unix ms. */
export class ReaderLag {
  #sinceMs = 0;
  #doneMs: number | undefined;

  /** A batch is to be stored, whose oldest record was written then; 0: not known. */
  takes(sinceMs: number): void {
    this.#sinceMs = sinceMs;
    this.#doneMs = undefined;
  }

  /** It is stored. */
  done(nowMs: number): void {
    this.#doneMs = nowMs;
  }

  /** 0: there was nothing to store for a second. */
  at(nowMs: number): number {
    if (this.#sinceMs === 0) return 0;
    if (this.#doneMs === undefined) return Math.max(0, nowMs - this.#sinceMs);
    return nowMs - this.#doneMs > restMs ? 0 : Math.max(0, this.#doneMs - this.#sinceMs);
  }
}
