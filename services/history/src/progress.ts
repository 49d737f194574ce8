import type { Clock } from '@plaza/kit';

const pollMs = 50;
/** Reads that may wait at one time; beyond, the answer is what is there. */
const maxWaiting = 10_000;

/** Tells when a stream has been read up to a sequence: by this process, or, seen by the store's cursor, by another. */
export class Progress {
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly throughOf: (stream: number) => Promise<number>,
    private readonly isAway: (stream: number) => boolean = () => false,
  ) {}

  /** Some reader of this process has gone on. */
  moved(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** The log sequence up to which the store can be asked for everything of the stream; 0 while it is away. Rejects as the store does. */
  async through(stream: number): Promise<number> {
    return this.isAway(stream) ? 0 : this.throughOf(stream);
  }

  /** True as soon as everything up to `sequence` is stored; false after `waitMs`. Rejects as the store does. */
  async passed(stream: number, sequence: number, waitMs: number): Promise<boolean> {
    const untilMs = this.clock.now() + waitMs;
    while ((await this.throughOf(stream)) < sequence) {
      const leftMs = untilMs - this.clock.now();
      if (leftMs <= 0 || this.#waiting.size >= maxWaiting) return false;
      await this.#next(Math.min(leftMs, pollMs));
    }
    return true;
  }

  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = this.clock.after(ms, wake);
      this.#waiting.add(wake);
    });
  }
}
