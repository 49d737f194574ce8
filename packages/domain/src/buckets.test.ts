import { describe, expect, test } from '@jest/globals';
import { bucketFor, noteStored } from './buckets.js';
import { positionAt } from './position.js';
import { lobby, startMs } from './rooms.arbitrary.js';

const limits = { bucketRows: 10, bucketMs: 60_000 };
const first = positionAt(startMs);

describe('the history bucket', () => {
  test.each([
    ['of the first stored message is its position', 0, 0, first + 5, first + 5],
    ['stays while it has room', first, 9, first + 5, first],
    ['is a new one when it is full', first, 10, first + 5, first + 5],
    ['stays within its time', first, 1, positionAt(startMs + 59_999), first],
    ['is a new one when it is old', first, 1, positionAt(startMs + 60_000), positionAt(startMs + 60_000)],
  ])('%s', (_, bucket, bucketCount, firstStored, expected) => {
    expect(bucketFor({ ...lobby(), bucket, bucketCount }, firstStored, limits)).toBe(expected);
  });

  test('counts what is stored in it, from nothing when it is new', () => {
    const room = lobby();
    noteStored(room, first, 3);
    noteStored(room, first, 4);
    expect([room.bucket, room.bucketCount]).toEqual([first, 7]);
    noteStored(room, first + 100, 2);
    expect([room.bucket, room.bucketCount]).toEqual([first + 100, 2]);
  });

  test('does not go back when an older record is read again', () => {
    const room = { ...lobby(), bucket: first, bucketCount: 3 };
    noteStored(room, first - 1, 9);
    expect([room.bucket, room.bucketCount]).toEqual([first, 3]);
  });
});
