import { FlushPacer } from '@plaza/bus';

/**
 * The moments at which the shards of this process append. What they append in one moment leaves in one write to NATS, is acknowledged in a few reads, and so are
 * its live frames and replies: over many rooms most of a message's cost is such writes. At once where nothing was appended lately, else `intervalMs`
 * after the last moment. 0: always at once.
 */
export class Pulse {
  #tasks: (() => void)[] = [];
  readonly #pacer: FlushPacer;

  constructor(private readonly intervalMs: number) {
    this.#pacer = new FlushPacer(intervalMs, () => this.#beat());
  }

  /** Runs the task in the next moment, never in this turn. */
  next(task: () => void): void {
    if (this.intervalMs === 0) return queueMicrotask(task);
    this.#tasks.push(task);
    this.#pacer.ask();
  }

  #beat(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
  }
}
