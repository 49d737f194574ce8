import type { Clock } from '@plaza/kit';

/** Lets so many through at a time; the others wait in their order, each for as long as its patience lasts. */
export class Turns {
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly atOnce: number,
    private readonly clock: Pick<Clock, 'after'>,
  ) {}

  /** True: it is the caller's turn, which it has to `give` back. False: its patience ended first. */
  take(patienceMs: number): Promise<boolean> {
    if (this.#taken < this.atOnce) {
      this.#taken++;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const called = (): void => {
        timer.cancel();
        resolve(true);
      };
      const timer = this.clock.after(patienceMs, () => {
        this.#waiting.delete(called);
        resolve(false);
      });
      this.#waiting.add(called);
    });
  }

  /** The turn goes on to who has waited longest. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
