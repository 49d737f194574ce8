import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TimedBytes, type TimedEntry } from './timed-bytes.js';

describe('timed bytes', () => {
  const byteOf = (value: number): Uint8Array => new Uint8Array([value & 255]);

  test('find the newest that is meant, also among those of one hash', () => {
    const table = new TimedBytes();
    for (const [i, text] of ['one', 'two', 'one'].entries()) table.put(7, i, text, byteOf(i));
    expect(table.find(7, (text) => text === 'one')).toEqual({ number: 3, atMs: 2, text: 'one', bytes: byteOf(2) });
    expect(table.find(7, (text) => text === 'two')).toEqual({ number: 2, atMs: 1, text: 'two', bytes: byteOf(1) });
    expect(table.find(7 + 16, () => true)).toBeUndefined();
  });

  test('an entry may be larger than a page', () => {
    const table = new TimedBytes();
    table.put(1, 0, 'small', byteOf(1));
    table.put(2, 0, 'large', new Uint8Array(100_000).fill(5));
    table.put(3, 0, 'small', byteOf(3));
    expect(table.find(2, () => true)?.bytes).toEqual(new Uint8Array(100_000).fill(5));
    expect([1, 3].map((hash) => table.find(hash, () => true)?.bytes[0])).toEqual([1, 3]);
  });

  test('keep each page as long as something is in it, and no longer', () => {
    const table = new TimedBytes();
    const bytes = (i: number): Uint8Array => new Uint8Array(5000).fill(i);
    const lastOf = (entry: TimedEntry | undefined): unknown => [entry?.bytes.length, entry?.bytes.at(-1)];
    for (let i = 1; i <= 200; i++) {
      table.put(i, i, String(i), bytes(i));
      if (i > 20) table.forgetOldest();
      for (let alive = Math.max(1, i - 19); alive <= i; alive++) expect(lastOf(table.find(alive, () => true))).toEqual([5000, alive]);
      expect(table.find(i - 20, () => true)).toBeUndefined();
    }
    expect(table.pages).toBeLessThanOrEqual(8);
    while (table.size > 0) table.forgetOldest();
    expect(table.pages).toBe(0);
  });

  test('are found in the third stretch as in the first', () => {
    const table = new TimedBytes();
    const most = 200_000;
    for (let i = 1; i <= most; i++) table.put(Math.imul(i, 0x9e3779b1) >>> 0, i, String(i), byteOf(i));
    for (const i of [1, 65_536, 65_537, 131_072, most])
      expect(table.find(Math.imul(i, 0x9e3779b1) >>> 0, (text) => text === String(i))?.atMs).toBe(i);
  });

  test('have what a map has that forgets its oldest, however they grow and shrink', () => {
    const put = fc.record({ hash: fc.nat(40), text: fc.string({ unit: 'grapheme', maxLength: 8 }) });
    const act = fc.oneof(fc.array(put, { maxLength: 60 }), fc.nat(60));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
        const table = new TimedBytes();
        const alive: { hash: number; text: string; number: number }[] = [];
        let count = 1;
        for (const one of acts) {
          if (typeof one === 'number') for (let i = 0; i < one && alive.length > 0; i++, alive.shift()) table.forgetOldest();
          else
            for (const { hash, text } of one) {
              table.put(hash, count, text, byteOf(count));
              alive.push({ hash, text, number: count++ });
            }
          expect(table.size).toBe(alive.length);
          expect(table.oldest?.number).toBe(alive[0]?.number);
          for (let hash = 0; hash <= 40; hash++) {
            const newest = alive.filter((entry) => entry.hash === hash).at(-1);
            expect(table.find(hash, () => true)?.number).toBe(newest?.number);
          }
          for (const { hash, text, number } of alive.slice(0, 5))
            expect(table.find(hash, (found) => found === text)?.bytes).toEqual(
              byteOf(alive.filter((entry) => entry.hash === hash && entry.text === text).at(-1)?.number ?? number),
            );
        }
      }),
    );
  });
});
