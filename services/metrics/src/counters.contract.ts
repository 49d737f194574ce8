import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Counters, Increment, Metric } from './counters.js';

/** Two instances over one storage, as two processes have one Redis. */
export interface CountersUnderTest {
  readonly first: Counters;
  readonly second: Counters;
  close(): Promise<void>;
}

const hourMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const plus = (room: string, by: number, metric: Metric = 'messages', at = hourMs): Increment => ({ room, hourMs: at, metric, by });

export function countersContract(name: string, open: () => Promise<CountersUnderTest>): void {
  describe(`counters: ${name}`, () => {
    let under: CountersUnderTest;
    let counters: Counters;
    beforeEach(async () => {
      under = await open();
      counters = under.first;
    });
    afterEach(() => under.close());

    test('start at nothing', async () => {
      expect(await counters.cursor(0)).toBe(0);
      expect(await counters.top(0, 'messages', hourMs, 10)).toEqual([]);
    });

    test('add, move the cursor, and are seen by every instance', async () => {
      expect(await counters.add(1, 0, 7, [plus('a', 2), plus('b', 5), plus('a', 1), plus('a', 4, 'entries')])).toBe('added');
      expect(await under.second.cursor(1)).toBe(7);
      expect(await under.second.top(1, 'messages', hourMs, 10)).toEqual([
        { room: 'b', messages: 5, entries: 0 },
        { room: 'a', messages: 3, entries: 4 },
      ]);
      expect(await counters.top(1, 'entries', hourMs, 10)).toEqual([{ room: 'a', messages: 3, entries: 4 }]);
    });

    test('count a record once, however often it is given', async () => {
      await counters.add(1, 0, 7, [plus('a', 2)]);
      expect(await counters.add(1, 0, 7, [plus('a', 2)])).toEqual({ cursor: 7 });
      expect(await counters.add(1, 9, 12, [plus('a', 2)])).toEqual({ cursor: 7 });
      expect(await counters.top(1, 'messages', hourMs, 10)).toEqual([{ room: 'a', messages: 2, entries: 0 }]);
      expect(await counters.add(1, 7, 2 ** 52, [])).toBe('added');
      expect(await counters.cursor(1)).toBe(2 ** 52);
    });

    test('of many writers with one cursor exactly one wins', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => [under.first, under.second][i % 2]!.add(1, 0, 100 + i, [plus('a', 1), plus('b', 1)])),
      );
      expect(answers.filter((answer) => answer === 'added')).toHaveLength(1);
      expect(await counters.cursor(1)).toBe(100 + answers.indexOf('added'));
      expect((await counters.top(1, 'messages', hourMs, 10)).map(({ messages }) => messages)).toEqual([1, 1]);
    });

    test('order by figure, then by room id, up to a limit', async () => {
      const rooms = ['m', 'B', 'a', '_', '-', 'z9', 'z10'];
      await counters.add(0, 0, 1, [...rooms.map((room) => plus(room, 3)), plus('top', 1000), plus('low', 1)]);
      const order = ['top', ...[...rooms].sort(), 'low'];
      expect((await counters.top(0, 'messages', hourMs, 100)).map(({ room }) => room)).toEqual(order);
      expect((await counters.top(0, 'messages', hourMs, 3)).map(({ room }) => room)).toEqual(order.slice(0, 3));
    });

    test('keep streams and hours apart', async () => {
      await counters.add(0, 0, 1, [plus('a', 1), plus('a', 10, 'messages', hourMs - 3_600_000)]);
      await counters.add(1, 0, 1, [plus('a', 100)]);
      expect(await counters.top(0, 'messages', hourMs, 10)).toEqual([{ room: 'a', messages: 1, entries: 0 }]);
      expect(await counters.top(0, 'messages', hourMs - 3_600_000, 10)).toEqual([{ room: 'a', messages: 10, entries: 0 }]);
      expect(await counters.top(1, 'messages', hourMs, 10)).toEqual([{ room: 'a', messages: 100, entries: 0 }]);
    });

    test('take many rooms in one step', async () => {
      await counters.add(
        0,
        0,
        1,
        Array.from({ length: 3000 }, (_, i) => plus(`room-${i}`, i + 1)),
      );
      expect((await counters.top(0, 'messages', hourMs, 2)).map(({ room }) => room)).toEqual(['room-2999', 'room-2998']);
    });

    test('let old hours go, and keep the cursor', async () => {
      const oldMs = hourMs - 50 * 86_400_000;
      await counters.add(0, 0, 5, [plus('a', 1), ...Array.from({ length: 1200 }, (_, i) => plus(`room-${i}`, 1, 'messages', oldMs))]);
      await counters.trim(hourMs - 40 * 86_400_000);
      expect(await counters.top(0, 'messages', oldMs, 10)).toEqual([]);
      expect(await counters.top(0, 'messages', hourMs, 10)).toHaveLength(1);
      expect(await counters.cursor(0)).toBe(5);
    });
  });
}
