import { describe, expect, test } from '@jest/globals';
import { ReaderLag } from './reader-lag.js';

describe('how far a reader is behind', () => {
  type Step = readonly ['takes' | 'done', number];
  test.each<[string, Step[], number, number]>([
    ['nothing was read', [], 5000, 0],
    ['a batch is in its hands', [['takes', 1000]], 5000, 4000],
    ['a batch of which the time is not known', [['takes', 0]], 5000, 0],
    ['a record that is ahead of the clock', [['takes', 6000]], 5000, 0],
    [
      'a batch was stored a moment ago',
      [
        ['takes', 1000],
        ['done', 4900],
      ],
      5000,
      3900,
    ],
    [
      'a second later nothing else has come',
      [
        ['takes', 1000],
        ['done', 4900],
      ],
      5901,
      0,
    ],
    [
      'the next batch is in its hands',
      [
        ['takes', 1000],
        ['done', 4900],
        ['takes', 2000],
      ],
      5000,
      3000,
    ],
  ])('%s', (_, steps, nowMs, lagMs) => {
    const lag = new ReaderLag();
    for (const [what, ms] of steps) lag[what](ms);
    expect(lag.at(nowMs)).toBe(lagMs);
  });
});
