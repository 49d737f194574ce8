import { expect, test } from '@jest/globals';
import { growthOf, type Sample } from './growth.js';

const samples = (count: number, bytes: (i: number) => number): Sample[] =>
  Array.from({ length: count }, (_, i) => ({ joins: i * 1000, bytes: bytes(i) }));
const grew = (of: readonly Sample[]): boolean => growthOf(of).ratio > growthOf(of).allowed;

test.each([
  ['what stays as it is', () => 1_000_000, false],
  ['what warms up and stays', (i: number) => (i < 20 ? 500_000 + 25_000 * i : 1_000_000), false],
  ['what goes up and down', (i: number) => 1_000_000 + (i % 5) * 20_000, false],
  ['what grows by 100 bytes a join', (i: number) => 1_000_000 + i * 100_000, true],
  ['what grows a little, and goes up and down less', (i: number) => 1_000_000 + i * 1000 + (i % 2) * 500, true],
])('%s', (_, bytes, told) => {
  expect(grew(samples(80, bytes))).toBe(told);
});

test('the slope is told by joins', () => {
  expect(growthOf(samples(80, (i) => 1_000_000 + i * 5000)).bytesAThousandJoins).toBeCloseTo(5000);
});

test('too few samples are no answer', () => {
  expect(() => growthOf(samples(7, () => 1))).toThrow('7 samples');
});
