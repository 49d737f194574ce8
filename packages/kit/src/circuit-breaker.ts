/** When a broken endpoint is not asked any more, and when it is tried again. */
export interface BreakerSettings {
  /** So many failures in a row open it. */
  readonly failures: number;
  /** So long it stays open; then one question goes through, and its outcome decides. */
  readonly openMs: number;
}

/** Keeps callers from waiting for an endpoint that does not answer. Pure state; the caller tells it the time and every outcome. */
export class CircuitBreaker {
  #failures = 0;
  #openUntilMs = 0;
  #probing = false;

  constructor(private readonly settings: BreakerSettings) {}

  /** Whether to ask now. A yes has to be followed by `succeeded` or `failed`. */
  allows(nowMs: number): boolean {
    if (this.#failures < this.settings.failures) return true;
    if (this.#probing || nowMs < this.#openUntilMs) return false;
    this.#probing = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#probing = false;
  }

  failed(nowMs: number): void {
    this.#failures++;
    this.#probing = false;
    if (this.#failures >= this.settings.failures) this.#openUntilMs = nowMs + this.settings.openMs;
  }
}
