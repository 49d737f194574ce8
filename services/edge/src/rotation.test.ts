import { describe, expect, test } from '@jest/globals';
import { nextPartMs, partsDue, partsOf } from './rotation.js';

describe('the parts of a room', () => {
  test.each([
    [0, 1],
    [200, 1],
    [201, 2],
    [5000, 25],
    [100_000, 25],
  ])('of %d places are %d', (places, parts) => expect(partsOf(places)).toBe(parts));

  test.each<[string, number, number, number, number]>([
    ['nobody again within a part’s time', 5, 1010, 1190, 0b00000],
    ['the one whose time begins', 5, 1010, 1200, 0b00010],
    ['each that was passed over meanwhile', 5, 1010, 1650, 0b01110],
    ['the first again in the next second', 5, 1950, 2000, 0b00001],
    ['everybody once a second where there is one part', 1, 1000, 1999, 0b0],
    ['everybody after a second', 5, 1010, 2010, -1],
    ['everybody at the first time', 25, 0, 1_790_000_000_000, -1],
  ])('that are led: %s', (_name, parts, beforeMs, nowMs, due) => expect(partsDue(parts, beforeMs, nowMs)).toBe(due));

  test('each have their turn once a second, however often is looked', () => {
    for (const parts of [1, 2, 7, 25]) {
      const turns = new Array<number>(parts).fill(0);
      for (let ms = 5000; ms < 15_000; ms += 40)
        for (const part of turns.keys()) turns[part]! += (partsDue(parts, ms - 40, ms) >> part) & 1;
      expect(new Set(turns)).toEqual(new Set([10]));
    }
  });

  test('name the moment of the next', () => {
    expect([nextPartMs(5, 1010), nextPartMs(5, 1200), nextPartMs(1, 1200)]).toEqual([1200, 1400, 2000]);
  });
});
