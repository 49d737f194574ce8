import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
import { eventually } from '@plaza/testkit';
import type { MessageStore, NewRow } from './message-store.js';

export interface MessagesUnderTest {
  readonly store: MessageStore;
  /** True where rows go by `trim`, false where they expire by themselves. */
  readonly trims: boolean;
  close(): Promise<void>;
}

export function messageStoreContract(name: string, open: () => Promise<MessagesUnderTest>): void {
  describe(`message store: ${name}`, () => {
    let under: MessagesUnderTest;
    let store: MessageStore;
    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(() => under.close());

    const now = Date.now();
    const tenDaysMs = 10 * 86_400_000;
    const base = positionAt(now);
    /** The nth message; a bucket has ten. */
    const row = (room: string, n: number, event = Uint8Array.of(n & 255, 0, 255)): NewRow => ({
      room,
      bucket: base + Math.floor(n / 10) * 10,
      position: base + n,
      timeMs: now + n,
      audience: '',
      event,
      untilMs: now + n + tenDaysMs,
    });
    const rows = (room: string, count: number): NewRow[] => Array.from({ length: count }, (_, n) => row(room, n));
    const read = async (room: string, ask: { before?: number; after?: number; limit: number }): Promise<number[]> => {
      const at = (n: number | undefined): number | undefined => (n === undefined ? undefined : base + n);
      const page = await store.page({ room, before: at(ask.before), after: at(ask.after), limit: ask.limit });
      return page.map(({ position }) => position - base);
    };
    const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

    test('gives back what was written', async () => {
      const written = [
        row(
          'a',
          0,
          Uint8Array.from({ length: 256 }, (_, i) => i),
        ),
        row('a', 1),
      ];
      await store.write(written);
      const page = await store.page({ room: 'a', before: undefined, after: undefined, limit: 10 });
      expect(page.map((each) => ({ ...each, event: [...each.event] }))).toEqual(
        written.map(({ untilMs: _, ...each }) => ({ ...each, event: [...each.event] })),
      );
    });

    test('has empty pages for unknown rooms and beyond the ends', async () => {
      await store.write(rows('a', 3));
      expect(await read('b', { limit: 10 })).toEqual([]);
      expect(await read('a', { after: 2, limit: 10 })).toEqual([]);
      expect(await read('a', { before: 0, limit: 10 })).toEqual([]);
      expect(await store.page({ room: 'a', before: 0, after: undefined, limit: 10 })).toEqual([]);
      expect(await read('a', { after: 2, before: 1, limit: 10 })).toEqual([]);
    });

    test('pages over buckets in both directions, nearest to the bound, oldest first', async () => {
      await store.write(rows('a', 45));
      expect(await read('a', { limit: 7 })).toEqual(span(38, 44));
      expect(await read('a', { limit: 25 })).toEqual(span(20, 44));
      expect(await read('a', { before: 38, limit: 30 })).toEqual(span(8, 37));
      expect(await read('a', { before: 20, limit: 5 })).toEqual(span(15, 19));
      expect(await read('a', { before: 5, limit: 50 })).toEqual(span(0, 4));
      expect(await read('a', { after: 4, limit: 30 })).toEqual(span(5, 34));
      expect(await read('a', { after: 19, limit: 5 })).toEqual(span(20, 24));
      expect(await read('a', { after: 40, limit: 50 })).toEqual(span(41, 44));
      expect(await read('a', { after: 10, before: 30, limit: 5 })).toEqual(span(25, 29));
      expect(await read('a', { after: 10, before: 14, limit: 5 })).toEqual([11, 12, 13]);
      const all = await store.page({ room: 'a', before: undefined, after: 0, limit: 200 });
      expect(all).toHaveLength(45);
    });

    test('keeps rooms apart, whatever their names', async () => {
      await store.write([...rows('a', 2), ...rows('ab', 3), ...rows('a-', 1), ...rows('A', 4)]);
      expect(await read('a', { limit: 10 })).toEqual([0, 1]);
      expect(await read('ab', { limit: 10 })).toEqual([0, 1, 2]);
      expect(await read('a-', { after: -1, limit: 10 })).toEqual([0]);
      expect(await read('A', { before: 100, limit: 10 })).toEqual([0, 1, 2, 3]);
    });

    test('takes the same rows again without a trace', async () => {
      await store.write(rows('a', 15));
      await store.write([...rows('a', 15), ...rows('a', 20)]);
      expect(await read('a', { limit: 100 })).toEqual(span(0, 19));
    });

    test('takes many rows of many rooms in one write', async () => {
      const many = Array.from({ length: 20 }, (_, i) => rows(`room-${i}`, 60)).flat();
      await store.write([...many, ...Array.from({ length: 350 }, (_, n) => ({ ...row('big', n), bucket: base }))]);
      expect(await read('room-7', { limit: 100 })).toEqual(span(0, 59));
      expect(await read('big', { before: 349, limit: 300 })).toEqual(span(49, 348));
      expect(await read('big', { after: 2, limit: 300 })).toEqual(span(3, 302));
    });

    test('writes nothing in no time', async () => {
      await store.write([]);
      expect(await read('a', { limit: 1 })).toEqual([]);
    });

    const removed = (n: number, bucket?: number) => ({ room: 'a', position: base + n, bucket, timeMs: now + 1000 });

    test('gives back whom a row is for', async () => {
      const audience = 'a or ("two words" and é)';
      await store.write([{ ...row('a', 0), audience }, row('a', 1)]);
      const page = await store.page({ room: 'a', before: undefined, after: undefined, limit: 10 });
      expect(page.map((one) => one.audience)).toEqual([audience, '']);
    });

    test('removed rows are gone in both directions, and pages are filled past them', async () => {
      await store.write(rows('a', 45));
      await store.remove([...span(12, 30).map((n) => removed(n)), removed(44, row('a', 44).bucket)]);
      expect(await read('a', { after: 9, limit: 5 })).toEqual([10, 11, 31, 32, 33]);
      expect(await read('a', { before: 33, limit: 4 })).toEqual([10, 11, 31, 32]);
      expect(await read('a', { limit: 2 })).toEqual([42, 43]);
      await store.remove([]);
    });

    test('removed rows do not come back when they are written again', async () => {
      await store.write(rows('a', 15));
      await store.remove([removed(3), removed(12)]);
      await store.write(rows('a', 20));
      await store.remove([removed(3)]);
      expect(await read('a', { limit: 100 })).toEqual(span(0, 19).filter((n) => n !== 3 && n !== 12));
    });

    test('a row that is removed before it is written stays away', async () => {
      await store.remove([removed(3, row('a', 3).bucket)]);
      await store.write(rows('a', 5));
      expect(await read('a', { limit: 100 })).toEqual([0, 1, 2, 4]);
    });

    test('keeps a cursor a stream', async () => {
      expect(await store.cursor(0)).toBe(0);
      await store.moveCursor(0, 17);
      await store.moveCursor(3, 2 ** 52);
      await store.moveCursor(0, 18);
      expect([await store.cursor(0), await store.cursor(3), await store.cursor(1)]).toEqual([18, 2 ** 52, 0]);
    });

    test('a row goes when its time is over, whatever is before and behind it', async () => {
      const untilMs = Date.now() + 4000;
      const late = { ...row('a', 8), untilMs: Date.now() - 1 };
      await store.write([...rows('a', 8).map((one, n) => (n % 3 === 0 ? one : { ...one, untilMs })), late, row('a', 9)]);
      expect(await read('a', { limit: 100 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9]);
      await eventually(async () => expect(await read('a', { limit: 100 })).toEqual([0, 3, 6, 9]), { timeoutMs: 15_000 });
      expect(await read('a', { after: 0, limit: 2 })).toEqual([3, 6]);
      expect(await read('a', { before: 7, limit: 2 })).toEqual([3, 6]);
      await store.trim();
      await store.write([{ ...row('a', 4), untilMs }]);
      expect(await read('a', { limit: 100 })).toEqual([0, 3, 6, 9]);
    });

    test('lets old rows go', async () => {
      const oldMs = now - 2 * tenDaysMs;
      const old = Array.from({ length: 1500 }, (_, n) => {
        const position = positionAt(oldMs) + n;
        return { ...row('a', n), bucket: positionAt(oldMs), position, timeMs: oldMs, untilMs: oldMs + tenDaysMs };
      });
      await store.write([...old, ...rows('a', 3), ...rows('b', 2)]);
      const count = await store.trim();
      expect(count).toBe(under.trims ? 1500 : 0);
      expect(await read('a', { limit: 100 })).toEqual([0, 1, 2]);
      expect(await read('b', { limit: 100 })).toEqual([0, 1]);
      expect(await store.trim()).toBe(0);
    });
  });
}
