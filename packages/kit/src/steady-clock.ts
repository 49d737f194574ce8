import type { Clock } from './clock.js';

/** By so much a steady clock runs faster or slower than time itself while the wall clock says something else. */
const slewShare = 0.1;
/** A difference worth telling, and one that is over. */
const jumpMs = 1000;
const metMs = 100;

export interface SteadyParts {
  /** What the machine says the time is; its timers are kept. */
  readonly wall: Clock;
  /** Goes on whatever becomes of the wall clock, like `performance.now()`. */
  readonly monotonicMs: () => number;
  /** The wall clock differs by so many ms; told once a jump. */
  readonly onJump: (aheadMs: number) => void;
}

/**
 * Begins with the wall clock and then never jumps and never goes back: where the wall clock was set, it meets it at a tenth of the speed of time. For whoever
 * remembers things for a while, and whose records others compare with their own time.
 */
export function steadyClock({ wall, monotonicMs, onJump }: SteadyParts): Clock {
  let nowMs = wall.now();
  let readMs = monotonicMs();
  let told = false;
  let wallReadMs = nowMs;
  return {
    now() {
      // A message asks some ten times in one millisecond, and `monotonicMs` is the dearer of the two.
      if (wall.now() === wallReadMs) return Math.floor(nowMs);
      const elapsedMs = Math.max(0, monotonicMs() - readMs);
      readMs += elapsedMs;
      nowMs += elapsedMs;
      const wallMs = (wallReadMs = wall.now());
      nowMs += Math.max(-slewShare * elapsedMs, Math.min(slewShare * elapsedMs, wallMs - nowMs));
      const aheadMs = wallMs - nowMs;
      if (!told && Math.abs(aheadMs) >= jumpMs) onJump(Math.round(aheadMs));
      told = Math.abs(aheadMs) >= (told ? metMs : jumpMs);
      return Math.floor(nowMs);
    },
    after: (ms, task) => wall.after(ms, task),
    every: (ms, task) => wall.every(ms, task),
  };
}
