import { describe, expect, test } from '@jest/globals';
import { LoopWatch } from './loop-watch.js';

describe('a watch over an event loop', () => {
  test.each<[string, number[], boolean]>([
    ['that turns', [1, 2, 3, 4, 5], false],
    ['that never turned', [0, 0, 0, 0], true],
    ['that stands for a while', [1, 1, 1, 2], false],
    ['that stands too long', [1, 2, 2, 2, 2], true],
    ['that stood several times, never long', [1, 1, 1, 2, 2, 2, 3, 3, 3], false],
    ['whose counter has gone round', [2147483647, -2147483648, -2147483647, -2147483646], false],
  ])('%s', (_, counts, stuck) => {
    const watch = new LoopWatch(3);
    expect(counts.map((count) => watch.look(count)).includes(true)).toBe(stuck);
  });
});
