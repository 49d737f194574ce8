/** Begins a piece of work so many times a second, however long each takes, and as many as are due also where a timer came late. */
export class EvenRate {
  readonly #inFlight = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #lastMs = 0;

  /** `work` never rejects. */
  constructor(
    private readonly perSecond: number,
    private readonly tickMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  start(): void {
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), this.tickMs);
  }

  /** Resolves when everything that was begun has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#inFlight);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#due += ((nowMs - this.#lastMs) * this.perSecond) / 1000;
    this.#lastMs = nowMs;
    for (; this.#due >= 1; this.#due--) {
      const begun = this.work().finally(() => this.#inFlight.delete(begun));
      this.#inFlight.add(begun);
    }
  }
}
