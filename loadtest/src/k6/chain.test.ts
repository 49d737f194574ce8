import { describe, expect, test } from '@jest/globals';
import { Chain, type BatchFrame, type Seen } from './chain.js';

const batch = (prev: number, last: number, events: readonly number[] = []): BatchFrame => ({
  room: 'r',
  ...(prev === 0 ? {} : { prev: String(prev) }),
  last: String(last),
  events: events.map((position) => ({ position: String(position) })),
});

describe('a chain that begins at 10', () => {
  test.each<[string, readonly BatchFrame[], readonly Seen[], number]>([
    ['goes on', [batch(10, 12, [11, 12]), batch(12, 13, [13])], ['taken', 'taken'], 13],
    ['is moved by an advance', [batch(10, 20), batch(20, 21, [21])], ['taken', 'taken'], 21],
    ['sees a planted gap, once', [batch(11, 12, [12]), batch(12, 13, [13])], ['gap', 'taken'], 13],
    ['sees a repeat, and does not go back', [batch(10, 12, [12]), batch(10, 12, [12]), batch(12, 13)], ['taken', 'repeat', 'taken'], 13],
    ['sees an overlap', [batch(9, 12, [10, 12])], ['repeat'], 12],
    ['sees events out of order', [batch(10, 13, [13, 12])], ['disorder'], 13],
    ['sees the same event twice', [batch(10, 13, [12, 12])], ['disorder'], 13],
    ['sees an event behind its batch', [batch(10, 13, [14])], ['disorder'], 13],
    ['sees an event before its batch', [batch(10, 13, [10])], ['disorder'], 13],
  ])('%s', (_, batches, seen, end) => {
    const chain = new Chain();
    chain.joined('10');
    expect(batches.map((one) => chain.take(one))).toEqual(seen);
    expect(chain.position).toBe(end);
  });
});

test('batches before the answer to the join are not its own', () => {
  const chain = new Chain();
  expect(chain.take(batch(3, 4, [4]))).toBe('early');
  chain.joined('4');
  expect(chain.take(batch(4, 5, [5]))).toBe('taken');
});

test('who comes back goes on where it was, whatever the head is', () => {
  const chain = new Chain();
  chain.joined('4');
  chain.joined('9');
  expect(chain.take(batch(4, 9, [7, 9]))).toBe('taken');
});

test('a hole that was told is none', () => {
  const chain = new Chain();
  chain.joined('4');
  chain.skipTo('8');
  expect(chain.take(batch(8, 9, [9]))).toBe('taken');
});

test('a room without a past begins at 0', () => {
  const chain = new Chain();
  chain.joined(undefined);
  expect(chain.take(batch(0, 5, [5]))).toBe('taken');
});
