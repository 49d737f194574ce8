import { describe, expect, test } from '@jest/globals';
import { defaultRetry, EndpointHealth, isGivenUp, verdictOf, waitAfter, type Posted } from './retry.js';

describe('the wait after failures', () => {
  test.each([
    [1, 0, 500],
    [1, 1, 1000],
    [2, 0.5, 1500],
    [5, 1, 16_000],
    [12, 1, 2_048_000],
    [13, 1, 3_600_000],
    [13, 0, 1_800_000],
    [5000, 1, 3_600_000],
  ])('after %i in a row, by chance %d: %i ms', (failures, random, ms) => {
    expect(waitAfter(failures, defaultRetry, random)).toBe(ms);
  });

  test('is what the endpoint asks for where that is longer, within the bound', () => {
    expect(waitAfter(1, defaultRetry, 0, 30_000)).toBe(30_000);
    expect(waitAfter(8, defaultRetry, 1, 30_000)).toBe(128_000);
    expect(waitAfter(1, defaultRetry, 0, 9_999_999)).toBe(3_600_000);
  });

  test('a day is filled by some thirty attempts, and then it is over', () => {
    let [atMs, attempts] = [0, 1];
    while (!isGivenUp(0, atMs, defaultRetry)) atMs += waitAfter(attempts++, defaultRetry, 0.5);
    expect(attempts).toBeGreaterThan(25);
    expect(attempts).toBeLessThan(50);
    expect(isGivenUp(1, 86_400_000, defaultRetry)).toBe(false);
    expect(isGivenUp(0, 86_400_000, defaultRetry)).toBe(true);
  });
});

const answered = (status: number, retryAfter?: string): Posted => ({ kind: 'answered', status, retryAfter });
const failed = (why: string, askedMs = 0) => ({ kind: 'failed', why, askedMs });

test.each<[Posted, ReturnType<typeof verdictOf> | ReturnType<typeof failed>]>([
  [answered(200), { kind: 'delivered' }],
  [answered(204), { kind: 'delivered' }],
  [answered(301), failed('status 301: redirects are not followed')],
  [answered(400), failed('status 400')],
  [answered(410), { kind: 'gone' }],
  [answered(429, '7'), failed('status 429', 7000)],
  [answered(503, '120'), failed('status 503', 120_000)],
  [answered(503, 'Wed, 21 Oct 2026 07:28:00 GMT'), failed('status 503')],
  [answered(500, '7'), failed('status 500')],
  [{ kind: 'failed', why: 'no connection: ECONNREFUSED' }, failed('no connection: ECONNREFUSED')],
])('%j is %j', (posted, verdict) => {
  expect(verdictOf(posted)).toEqual(verdict);
});

describe('the health of an endpoint', () => {
  const health = (): EndpointHealth => new EndpointHealth(defaultRetry, () => 1);

  test('one room that fails is no outage, however often', () => {
    const one = health();
    for (let i = 0; i < 100; i++) one.failed('poison', i);
    expect(one.down).toBe(false);
    expect(one.allows(100)).toBe(true);
  });

  test('several rooms in a row are: then one attempt at a time goes through, ever more seldom, until one succeeds', () => {
    const one = health();
    for (const room of ['a', 'b', 'c', 'd']) one.failed(room, 0);
    expect(one.down).toBe(true);
    expect(one.allows(999)).toBe(false);
    expect(one.allows(1000)).toBe(true);
    expect(one.allows(1000)).toBe(false);
    one.failed('e', 1000);
    expect(one.allows(2999)).toBe(false);
    expect(one.allows(3000)).toBe(true);
    expect(one.succeeded()).toBe(true);
    expect(one.down).toBe(false);
    expect(one.allows(3000)).toBe(true);
  });

  test('a success in between begins the count anew', () => {
    const one = health();
    for (const room of ['a', 'b', 'c']) one.failed(room, 0);
    expect(one.succeeded()).toBe(false);
    for (const room of ['d', 'e', 'f']) one.failed(room, 0);
    expect(one.down).toBe(false);
  });

  test('is asked for again at least once a minute', () => {
    const one = health();
    for (let i = 0; i < 60; i++) one.failed(`room-${i}`, 0);
    expect(one.allows(60_000)).toBe(true);
  });
});
