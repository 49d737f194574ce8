/** How an event loop turned for a while. */
export interface Gaps {
  /** How late a timer of 1 ms was, of all moments of that time: what something that wants to be done has to wait. In ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly turns: number;
}

/**
 * Of the times between two turns, in ms. Each counts as long as it lasts: who comes at any moment falls into a long gap more probably than into
 * a short one, and a thousand quick turns of an idle loop do not hide a slow one. `timerMs`: of them the timer's own.
 */
export function gapsOf(betweenMs: readonly number[], timerMs: number): Gaps {
  const sorted = [...betweenMs].sort((a, b) => a - b);
  const whole = sorted.reduce((sum, each) => sum + each, 0);
  const late = (ms: number | undefined): number => Math.max(0, (ms ?? Number.NaN) - timerMs);
  const at = (share: number): number => {
    let passed = 0;
    return late(sorted.find((each) => (passed += each) >= share * whole));
  };
  return { p50: at(0.5), p99: at(0.99), max: late(sorted.at(-1)), turns: sorted.length };
}
