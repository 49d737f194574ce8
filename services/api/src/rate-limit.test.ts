import { describe, expect, test } from '@jest/globals';
import { RateLimit } from './rate-limit.js';

describe('a rate limit', () => {
  test('gives twice the rate at once, then says when there is one again', () => {
    const limit = new RateLimit(10, 8);
    for (let i = 0; i < 20; i++) expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('a', 0)).toBe(100);
    expect(limit.take('a', 99)).toBe(1);
    expect(limit.take('a', 100)).toBe(0);
    expect(limit.take('a', 100)).toBe(100);
  });

  test('counts each name by itself', () => {
    const limit = new RateLimit(1, 8);
    limit.take('a', 0);
    limit.take('a', 0);
    expect(limit.take('a', 0)).toBeGreaterThan(0);
    expect(limit.take('b', 0)).toBe(0);
  });

  test('never holds more than the burst, and a clock that goes back takes nothing away', () => {
    const limit = new RateLimit(1, 8);
    expect(limit.take('a', 1_000_000)).toBe(0);
    expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('a', 0)).toBe(1000);
    expect(limit.take('a', 1_000_000)).toBe(0);
    expect(limit.take('a', 1_000_000)).toBe(0);
    expect(limit.take('a', 1_000_000)).toBe(1000);
  });

  test('forgets the name that was used longest ago when it knows too many', () => {
    const limit = new RateLimit(1, 2);
    for (const name of ['a', 'a', 'b', 'b', 'a', 'c']) limit.take(name, 0);
    expect(limit.take('a', 0)).toBe(1000);
    expect(limit.take('b', 0)).toBe(0);
  });
});
