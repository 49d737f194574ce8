import { describe, expect, test } from '@jest/globals';
import { diceOf, planOf, stepText } from './plan.js';
import { faults, faultsOf } from './table.js';

const texts = (seed: number, minutes: number): string[] => planOf(seed, minutes, faults).map(stepText);

describe('a plan of faults', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(texts(7, 30)).toEqual(texts(7, 30));
    expect(texts(8, 30)).not.toEqual(texts(7, 30));
  });

  test('has every fault alone first, then two at once', () => {
    const plan = planOf(7, 60, faults);
    const alone = plan.slice(0, faults.length).map((step) => step.faults.map(({ fault }) => fault.name));
    expect(alone.flat().sort()).toEqual(faults.map(({ name }) => name).sort());
    const mixes = plan.slice(faults.length);
    expect(mixes.length).toBeGreaterThan(50);
    for (const { faults: two } of mixes) expect(new Set(two.map(({ fault }) => fault.name)).size).toBe(2);
  });

  test('has every fault once and nothing else where they are to be alone', () => {
    const names = (minutes: number): string[] =>
      planOf(7, minutes, faults, true).map((step) => step.faults.map(({ fault }) => fault.name).join('+'));
    expect(names(60).sort()).toEqual(faults.map(({ name }) => name).sort());
    expect(names(1)).toHaveLength(faults.length);
  });

  test('keeps each fault within its bounds', () => {
    for (const { faults: some } of planOf(3, 60, faults))
      for (const { fault, lastsMs } of some) {
        expect(lastsMs).toBeGreaterThanOrEqual(fault.lastsMs[0]);
        expect(lastsMs).toBeLessThanOrEqual(fault.lastsMs[1]);
      }
  });

  test('draws who is hit by step', () => {
    const [one, two] = planOf(3, 60, faults);
    expect(diceOf(3, one!, 0).next()).toBe(diceOf(3, one!, 0).next());
    expect(diceOf(3, one!, 0).next()).not.toBe(diceOf(3, two!, 0).next());
  });

  test('names are unique, and an unknown one is refused', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    expect(faultsOf(['kill-redis']).map(({ name }) => name)).toEqual(['kill-redis']);
    expect(() => faultsOf(['kill-nobody'])).toThrow('there is no fault kill-nobody');
  });
});
