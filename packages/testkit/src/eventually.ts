import { setTimeout as wait } from 'node:timers/promises';
import { within } from '@plaza/kit';

export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Runs `check` again and again until it does not throw, and gives its answer; past the time the last thing it threw is thrown. */
export async function eventually<T>(check: () => T | Promise<T>, { timeoutMs = 10_000, everyMs = 20 }: Patience = {}): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = endMs - performance.now();
    try {
      return await within(Math.max(leftMs, everyMs), 'the check of eventually', Promise.resolve(check()));
    } catch (error) {
      if (performance.now() + everyMs >= endMs) throw error;
    }
    await wait(everyMs);
  }
}
