/**
 * When a buffer is flushed: at once (at the end of this turn of the event loop) when nothing went out lately, else not sooner than `intervalMs`
 * after the last flush. A lone command has no delay; many share a message.
 */
export class FlushPacer {
  #cancel: (() => void) | undefined;
  #lastMs = -Infinity;

  constructor(
    private readonly intervalMs: number,
    private readonly flush: () => void,
  ) {}

  /** There is something to flush. */
  ask(): void {
    if (this.#cancel !== undefined) return;
    const waitMs = this.#lastMs + this.intervalMs - performance.now();
    if (waitMs <= 0) {
      const immediate = setImmediate(() => this.now());
      this.#cancel = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(() => this.now(), waitMs);
      this.#cancel = () => clearTimeout(timer);
    }
  }

  now(): void {
    this.stop();
    this.#lastMs = performance.now();
    this.flush();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** Splits `items` so that each part is at most `maxBytes`, or one item. */
export function packed<T>(items: readonly T[], bytesOf: (item: T) => number, maxBytes: number): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const more = bytesOf(item);
    if (part.length > 0 && bytes + more > maxBytes) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += more;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
