import { describe, expect, test } from '@jest/globals';
import type { Clock } from './clock.js';
import { steadyClock } from './steady-clock.js';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1);

/** A machine whose clock can be set. */
function machine(): { clock: Clock; pass(ms: number): void; set(aheadMs: number): void; jumps: number[] } {
  let passedMs = 0;
  let shiftMs = 0;
  const jumps: number[] = [];
  const none = { cancel: () => undefined };
  const wall: Clock = { now: () => startMs + passedMs + shiftMs, after: () => none, every: () => none };
  const clock = steadyClock({ wall, monotonicMs: () => 1234.5 + passedMs, onJump: (ms) => jumps.push(ms) });
  return {
    clock,
    jumps,
    pass: (ms) => (passedMs += ms),
    set: (aheadMs) => (shiftMs = aheadMs),
  };
}

describe('a steady clock', () => {
  test('says what the wall clock says while nobody sets that', () => {
    const { clock, pass, jumps } = machine();
    for (let i = 0; i < 100; i++) {
      pass(17);
      expect(clock.now()).toBe(startMs + 17 * (i + 1));
    }
    expect(jumps).toEqual([]);
  });

  test.each([hourMs, -hourMs])('does not jump by %d with the wall clock, but goes to meet it', (shift) => {
    const { clock, pass, set } = machine();
    pass(1000);
    const before = clock.now();
    set(shift);
    expect(clock.now()).toBe(before);
    pass(60_000);
    expect(clock.now() - before).toBe(60_000 + Math.sign(shift) * 6000);
    pass(11 * hourMs);
    expect(clock.now()).toBe(startMs + 61_000 + 11 * hourMs + shift);
  });

  test('never goes back, whatever the wall clock does', () => {
    const { clock, pass, set } = machine();
    let last = clock.now();
    for (const shift of [hourMs, -hourMs, 0, -500, 500, hourMs]) {
      set(shift);
      for (let i = 0; i < 50; i++) {
        pass(i % 3);
        expect(clock.now()).toBeGreaterThanOrEqual(last);
        last = clock.now();
      }
    }
  });

  test('tells of a jump once, and of the next one when the first is over', () => {
    const { clock, pass, set, jumps } = machine();
    set(hourMs);
    for (let i = 0; i < 10; i++) {
      pass(100);
      clock.now();
    }
    expect(jumps).toHaveLength(1);
    expect(jumps[0]).toBeGreaterThan(hourMs - 1000);
    set(0);
    pass(60_000);
    clock.now();
    set(-hourMs);
    pass(10);
    clock.now();
    clock.now();
    expect(jumps).toHaveLength(2);
    expect(jumps[1]).toBeLessThan(-hourMs + 1000);
  });
});
