/** Time comes from here, so that tests can hold it in their hands (testkit FakeClock). */
export interface Clock {
  /** Unix ms, whole. */
  now(): number;
  /** Runs `task` once after `ms`. The timer does not keep the process alive. */
  after(ms: number, task: () => void): Timer;
  every(ms: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const handle = setTimeout(task, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, task) {
    const handle = setInterval(task, ms).unref();
    return { cancel: () => clearInterval(handle) };
  },
};
