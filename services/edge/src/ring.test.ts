import { describe, expect, test } from '@jest/globals';
import { Ring, type RingEntry } from './ring.js';

const entry = (prev: number, last: number, more: Partial<RingEntry> = {}): RingEntry => ({
  ...{
    prev,
    last,
    bytes: 10,
    mixed: false,
    view: () => ({ bytes: new Uint8Array(10), json: '' }),
    audiences: [''],
    atMs: 0,
    keepUntilMs: 0,
  },
  ...more,
});

function ringOf(positions: readonly number[], limits = { entries: 100, bytes: 1000, ageMs: 1000 }): Ring {
  const ring = new Ring(limits);
  ring.restart(positions[0]!);
  for (let i = 1; i < positions.length; i++) ring.append(entry(positions[i - 1]!, positions[i]!), 0);
  return ring;
}

describe('a ring', () => {
  test('finds what a reader lacks by its position', () => {
    const ring = ringOf([10, 20, 30, 40]);
    const first = ring.first;
    expect([9, 10, 15, 20, 39, 40, 41].map((position) => ring.seek(position))).toEqual([
      undefined,
      first,
      first,
      first + 1,
      first + 2,
      first + 3,
      undefined,
    ]);
  });

  test('means nothing before its base is known', () => {
    expect(new Ring().seek(0)).toBeUndefined();
  });

  test('takes only what follows', () => {
    expect(() => ringOf([10, 20]).append(entry(10, 30), 0)).toThrow('does not follow');
    expect(() => ringOf([10, 20]).prepend([entry(1, 9)])).toThrow('do not lead');
  });

  test.each([
    ['entries', { entries: 2, bytes: 1000, ageMs: 1000 }],
    ['bytes', { entries: 100, bytes: 20, ageMs: 1000 }],
  ])('throws out the oldest over its %s', (_, limits) => {
    const ring = ringOf([10, 20, 30, 40], limits);
    expect([ring.base, ring.tip, ring.next - ring.first, ring.bytes]).toEqual([20, 40, 2, 20]);
    expect(ring.entry(ring.first)?.prev).toBe(20);
  });

  test('throws out by age', () => {
    const ring = ringOf([10, 20, 30]);
    ring.trim(1001);
    expect([ring.base, ring.tip, ring.bytes]).toEqual([30, 30, 0]);
  });

  test('keeps longer what somebody was promised, but never without bound', () => {
    const ring = new Ring({ entries: 2, bytes: 1000, ageMs: 1000 });
    ring.restart(0);
    for (let i = 0; i < 10; i++) ring.append(entry(i, i + 1, { keepUntilMs: 50 }), 0);
    expect(ring.next - ring.first).toBe(4);
    ring.trim(50);
    expect(ring.next - ring.first).toBe(2);
  });

  test('older entries come before the first; serials of the others stay', () => {
    const ring = ringOf([10, 20, 30]);
    const serial = ring.seek(20)!;
    ring.prepend([entry(1, 5), entry(5, 10)]);
    expect([ring.base, ring.seek(1), ring.seek(20)]).toEqual([1, ring.first, serial]);
  });

  test('a restart never gives an old serial to a new entry', () => {
    const ring = ringOf([10, 20, 30]);
    const next = ring.next;
    ring.restart(90);
    expect([ring.first, ring.next, ring.base, ring.tip]).toEqual([next + 1, next + 1, 90, 90]);
  });
});
