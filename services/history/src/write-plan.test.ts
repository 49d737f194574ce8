import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@plaza/testkit';
import { BucketNotes } from './bucket-notes.js';
import type { NewRow } from './message-store.js';
import { batchesOf, roomsOf, ttlSeconds } from './write-plan.js';

const row = (room: string, position: number, bucket = 0, bytes = 1): NewRow => ({
  room,
  bucket,
  position,
  timeMs: 1,
  audience: '',
  untilMs: 2,
  event: new Uint8Array(bytes),
});

describe('write plan', () => {
  test('puts the rows of a room in order, whatever order they came in', () => {
    const planned = roomsOf([row('a', 3), row('b', 1), row('a', 1), row('a', 2)]);
    expect(planned.map((rows) => rows.map(({ room, position }) => `${room}${position}`))).toEqual([['a1', 'a2', 'a3'], ['b1']]);
  });

  test('cuts batches at a new bucket, at 100 rows and at 256 KiB', () => {
    expect(batchesOf([row('a', 1, 1), row('a', 2, 1), row('a', 3, 2)]).map((batch) => batch.length)).toEqual([2, 1]);
    expect(batchesOf(Array.from({ length: 250 }, (_, i) => row('a', i))).map((batch) => batch.length)).toEqual([100, 100, 50]);
    const large = Array.from({ length: 5 }, (_, i) => row('a', i, 0, 100 * 1024));
    expect(batchesOf(large).map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(batchesOf([row('a', 1), row('a', 2, 0, 300 * 1024), row('a', 3)]).map((batch) => batch.length)).toEqual([1, 1, 1]);
    expect(batchesOf([])).toEqual([]);
  });
});

describe('time to live', () => {
  test.each([
    ['a whole second', 10_000, 13_000, 13],
    ['written late in a second', 10_900, 12_400, 13],
    ['written late in a second, for less than one', 10_900, 11_100, 12],
    ['within one second', 10_100, 10_200, 11],
    ['in the next millisecond', 10_999, 11_000, 11],
    ['already over', 10_000, 9000, 11],
  ])('%s: ends in the second in which its time is over', (_, nowMs, untilMs, endsAtSecond) => {
    expect(Math.floor(nowMs / 1000) + ttlSeconds(untilMs, nowMs)).toBe(endsAtSecond);
  });
});

describe('bucket notes', () => {
  test('are good for ten minutes', () => {
    const clock = new FakeClock();
    const notes = new BucketNotes(clock);
    notes.add('a', 1);
    expect([notes.has('a', 1), notes.has('a', 2), notes.has('b', 1)]).toEqual([true, false, false]);
    clock.advance(600_000);
    expect(notes.has('a', 1)).toBe(false);
  });

  test('are bounded', () => {
    const notes = new BucketNotes(new FakeClock());
    for (let i = 0; i <= 10_000; i++) notes.add('a', i);
    expect([notes.has('a', 0), notes.has('a', 1), notes.has('a', 10_000)]).toEqual([false, true, true]);
  });
});
