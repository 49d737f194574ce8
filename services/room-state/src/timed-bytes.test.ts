import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TimedBytes } from './timed-bytes.js';

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
