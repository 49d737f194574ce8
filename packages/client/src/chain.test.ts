import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Event, type Batch } from '@plaza/proto/client';
import { Chain } from './chain.js';

const batchOf = (positions: readonly number[], prev: number): Batch => ({
  room: 'r',
  prev,
  last: positions.at(-1) ?? prev,
  events: positions.map((position) => Event.fromPartial({ position })),
  skipped: [],
});

describe('Chain', () => {
  test('takes nothing before it has a start', () => expect(new Chain().take(batchOf([1], 0))).toEqual([]));

  test('whatever is repeated, merged or lost: events come once, in order, and every hole is known', () => {
    const step = fc.record({ from: fc.nat(40), length: fc.integer({ min: 1, max: 10 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const chain = new Chain();
        chain.startAt(0);
        const read: number[] = [];
        for (const { from, length } of steps) {
          const positions = Array.from({ length }, (_, i) => (from + i + 1) * 10);
          const taken = chain.take(batchOf(positions, from * 10));
          if (taken === 'gap') expect(from * 10).toBeGreaterThan(chain.position!);
          else read.push(...taken.map(({ position }) => position));
        }
        expect(read).toEqual(Array.from({ length: read.length }, (_, i) => (i + 1) * 10));
      }),
    );
  });
});
