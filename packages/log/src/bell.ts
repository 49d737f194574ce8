import { toldOrAborted } from '@plaza/kit';

/** Wakes whoever waits for something to have changed. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring or when a signal aborts. */
  heard(signal: AbortSignal): Promise<void> {
    return toldOrAborted(signal, (told) => {
      this.#waiting.add(told);
      return () => this.#waiting.delete(told);
    });
  }
}
