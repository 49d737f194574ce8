import type { Clock, Timer } from '@plaza/kit';

interface Due {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly task: () => void;
}

/** A clock that stands still until it is told to go on. Tasks run in the order of their times, each at its own `now()`. */
export class FakeClock implements Clock {
  #nowMs: number;
  #due: Due[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, task: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + Math.max(0, ms), everyMs: undefined, task });
  }

  every(ms: number, task: () => void): Timer {
    if (ms <= 0) throw new RangeError('a period is longer than nothing');
    return this.#add({ atMs: this.#nowMs + ms, everyMs: ms, task });
  }

  /** How many timers are set: a test of tidiness. */
  get pending(): number {
    return this.#due.length;
  }

  /** Lets `ms` go by at once; what is due in it runs now. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#runNext(endMs));
    this.#nowMs = endMs;
  }

  /** Like advance, but between two tasks (and after the last) promises and immediates get their turn. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turn();
    while (this.#runNext(endMs)) await turn();
    this.#nowMs = endMs;
    await turn();
  }

  #add(due: Due): Timer {
    this.#due.push(due);
    return {
      cancel: () => {
        this.#due = this.#due.filter((other) => other !== due);
      },
    };
  }

  #runNext(endMs: number): boolean {
    const next = this.#earliest();
    if (next === undefined || next.atMs > endMs) return false;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    if (next.everyMs === undefined) this.#due = this.#due.filter((other) => other !== next);
    else next.atMs += next.everyMs;
    next.task();
    return true;
  }

  #earliest(): Due | undefined {
    return this.#due.reduce<Due | undefined>((first, due) => (first === undefined || due.atMs < first.atMs ? due : first), undefined);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
