/** Time comes from here, so that tests can hold it in their hands. */
export interface Timers {
  /** Unix ms. */
  now(): number;
  after(ms: number, task: () => void): { cancel(): void };
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(ms, task) {
    const handle = setTimeout(task, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `ms`. */
export const pause = (timers: Timers, ms: number): Promise<void> =>
  new Promise((resolve) => {
    timers.after(ms, resolve);
  });
