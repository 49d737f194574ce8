import type { Clock } from './clock.js';

/**
 * Resolves when `listen` was told, or the signal aborts, or has; then nothing of it listens any more, neither to the signal nor, by what `listen` gives back, to
 * the event: signals live as long as links and processes, and each wait that is left behind on one stays as long. `told` is not called within `listen` itself.
 */
export function toldOrAborted(signal: AbortSignal, listen: (told: () => void) => () => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      deaf();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const deaf = listen(done);
    signal.addEventListener('abort', done);
  });
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export const wait = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  toldOrAborted(signal, (told) => {
    const timer = clock.after(ms, told);
    return () => timer.cancel();
  });
