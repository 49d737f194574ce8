import { describe, expect, test } from '@jest/globals';
import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  test('runs what is due in the order of time, each at its own now', () => {
    const clock = new FakeClock(1000);
    const seen: string[] = [];
    clock.after(30, () => seen.push(`once ${clock.now()}`));
    const timer = clock.every(20, () => seen.push(`again ${clock.now()}`));
    clock.advance(50);
    expect(seen).toEqual(['again 1020', 'once 1030', 'again 1040']);
    expect(clock.now()).toBe(1050);
    timer.cancel();
    clock.advance(100);
    expect(seen).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  test('a task set by a task runs in the same advance when its time falls in it', () => {
    const clock = new FakeClock(0);
    const seen: number[] = [];
    clock.after(5, () => clock.after(5, () => seen.push(clock.now())));
    clock.advance(10);
    expect(seen).toEqual([10]);
  });

  test('pass lets promises run between tasks', async () => {
    const clock = new FakeClock(0);
    const seen: string[] = [];
    clock.after(1, () => void Promise.resolve().then(() => seen.push('promise')));
    clock.after(2, () => seen.push('task'));
    await clock.pass(3);
    expect(seen).toEqual(['promise', 'task']);
  });
});
