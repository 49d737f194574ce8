import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker } from './circuit-breaker.js';

const openMs = 1000;
type Step = 'fails' | 'succeeds' | 'is refused' | 'waits 999' | 'waits 1000' | 'is let through';

/** Each step asks first, but for the waits. */
function play(steps: readonly Step[]): void {
  const breaker = new CircuitBreaker({ failures: 3, openMs });
  let nowMs = 5000;
  for (const [i, step] of steps.entries()) {
    if (step === 'waits 999' || step === 'waits 1000') {
      nowMs += Number(step.slice(6));
      continue;
    }
    expect(`${i}: ${breaker.allows(nowMs)}`).toBe(`${i}: ${step !== 'is refused'}`);
    if (step === 'fails') breaker.failed(nowMs);
    if (step === 'succeeds') breaker.succeeded();
  }
}

const threeFailures: Step[] = ['fails', 'fails', 'fails'];

describe('a circuit breaker', () => {
  test.each<[string, Step[]]>([
    ['lets everything through while it works', ['succeeds', 'succeeds']],
    ['opens after so many failures in a row', [...threeFailures, 'is refused']],
    ['counts from the start after a success', ['fails', 'fails', 'succeeds', 'fails', 'fails', 'succeeds']],
    ['stays open for its time', [...threeFailures, 'waits 999', 'is refused']],
    [
      'then lets one through, and no second one beside it',
      [...threeFailures, 'waits 1000', 'is let through', 'is refused', 'waits 1000', 'is refused'],
    ],
    ['closes when that one succeeds', [...threeFailures, 'waits 1000', 'succeeds', 'fails', 'fails', 'succeeds']],
    ['opens again for its time when that one fails', [...threeFailures, 'waits 1000', 'fails', 'waits 999', 'is refused']],
    ['and tries again', [...threeFailures, 'waits 1000', 'fails', 'waits 1000', 'succeeds']],
  ])('%s', (_name, steps) => play(steps));
});
