import { expect, test } from '@jest/globals';
import { fullBucket, take } from './rate-bucket.js';

const rate = { perSecond: 20, burst: 40 };

test('gives a burst, then its rate, and says how long to wait', () => {
  const bucket = fullBucket(rate, 0);
  for (let i = 0; i < 40; i++) expect(take(bucket, rate, 0)).toBe(0);
  expect(take(bucket, rate, 0)).toBe(50);
  expect(take(bucket, rate, 49)).toBe(1);
  expect(take(bucket, rate, 50)).toBe(0);
  expect(take(bucket, rate, 50)).toBe(50);
});

test('fills up to its burst only, and a clock set back neither gives nor takes', () => {
  const bucket = fullBucket(rate, 0);
  expect(take(bucket, rate, 100_000)).toBe(0);
  expect(bucket.tokens).toBe(39_000);
  expect(take(bucket, rate, 50_000)).toBe(0);
  expect(bucket.tokens).toBe(38_000);
});
