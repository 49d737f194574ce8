import { describe, expect, test } from '@jest/globals';
import { turns, type Lanes } from './turns.js';

const lanes: Lanes = { first: 'busy', busy: 2, idle: 4, beside: 1 };
const idleFirst: Lanes = { first: 'idle', busy: 2, idle: 4, beside: 0 };
const idle = [1, 2, 3, 4, 5, 6];
/** From 10 on they are busy, and the higher the busier. */
const eventsOf = (shard: number): number => Math.max(0, shard - 9);

describe('turns', () => {
  test.each<[string, Lanes, number[], number[], number[]]>([
    ['nobody waits', lanes, [], [1, 12], []],
    ['all are idle: as many as may', lanes, idle, [], [1, 2, 3, 4]],
    ['all are idle, some on their way', lanes, idle, [7, 8], [1, 2]],
    ['all are idle, more on their way than may', lanes, idle, [7, 8, 9, 0, -1], []],
    ['busy ones: the busiest first, and one idle beside them', lanes, [1, 2, 11, 13, 12], [], [13, 12, 1]],
    ['a busy one comes while idle ones are on their way: at once', lanes, [5, 12], [1, 2, 3, 4], [12]],
    ['a busy one is on its way: one idle beside it', lanes, idle, [12], [1]],
    ['a busy one and an idle one are on their way', lanes, [...idle, 11], [12, 7], [11]],
    ['busy ones are on their way, no more may', lanes, [1, 10], [12, 13, 7], []],
    ['idle first: no busy one while one waits', idleFirst, [...idle, 12], [], [1, 2, 3, 4]],
    ['idle first: no busy one while one is on its way', idleFirst, [12, 13], [1], []],
    ['idle first: then the busiest', idleFirst, [11, 12, 13], [], [13, 12]],
  ])('%s', (_name, given, waiting, underWay, expected) => {
    expect(turns({ waiting, underWay, eventsOf }, given)).toEqual(expected);
  });

  test('where nobody says what is busy are as ever: a few, in their order', () => {
    expect(turns({ waiting: [12, 3, 11], underWay: [], eventsOf: () => 0 }, lanes)).toEqual([12, 3, 11]);
  });
});
