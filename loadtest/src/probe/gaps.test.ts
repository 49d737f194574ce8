import { expect, test } from '@jest/globals';
import { gapsOf } from './gaps.js';

const many = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

test.each([
  ['an idle loop is not late', many(1000, 1), { p50: 0, p99: 0, max: 0, turns: 1000 }],
  [
    'one long gap of a tenth of the time is in the p99, however many quick turns there are',
    [...many(900, 1), 100],
    { p50: 0, p99: 99, max: 99, turns: 901 },
  ],
  ['one of a thousandth is the maximum only', [...many(1998, 1), 2], { p50: 0, p99: 0, max: 1, turns: 1999 }],
  ['half of the time in gaps of 10 ms', [...many(99, 1), ...many(10, 10)], { p50: 9, p99: 9, max: 9, turns: 109 }],
])('%s', (_, between, told) => {
  expect(gapsOf(between, 1)).toEqual(told);
});

test('nothing measured is no figure', () => {
  expect(gapsOf([], 1)).toEqual({ p50: Number.NaN, p99: Number.NaN, max: Number.NaN, turns: 0 });
});
