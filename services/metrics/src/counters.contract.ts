import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { estimateOf, mergedSketch, Sketch } from '@plaza/domain';
import type { Period } from './calendar.js';
import {
  CountersUnavailable,
  metrics,
  type Addition,
  type ChangedPeriod,
  type Counted,
  type Counters,
  type Metric,
  type RoomFigures,
} from './counters.js';

/** Two instances over one storage, as two processes have one Redis. */
export interface CountersUnderTest {
  readonly first: Counters;
  readonly second: Counters;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startMs = Math.floor(Date.now() / dayMs) * dayMs;
const hour: Period = { kind: 'hour', startMs };
const hourBefore: Period = { kind: 'hour', startMs: startMs - hourMs };
const day: Period = { kind: 'day', startMs };
const none: Uint8Array = new Uint8Array(0);

const plus = (room: string, messages: number, entries = 0, sketch = none, period = hour): Addition => ({
  room,
  period,
  messages,
  entries,
  sketch,
});
const sketchOf = (...accounts: string[]): Uint8Array => {
  const sketch = new Sketch();
  for (const account of accounts) sketch.add(account);
  return sketch.encode();
};
const people = (from: number, to: number): Uint8Array => sketchOf(...Array.from({ length: to - from }, (_, i) => `account-${from + i}`));
const to = (cursor: number, asOfMs = startMs + 1, wholeFromMs = 0): Counted => ({ cursor, asOfMs, wholeFromMs });

export function countersContract(name: string, open: () => Promise<CountersUnderTest>): void {
  describe(`counters: ${name}`, () => {
    let under: CountersUnderTest;
    let counters: Counters;
    beforeEach(async () => {
      under = await open();
      counters = under.first;
    });
    afterEach(() => under.close());

    const top = async (metric: Metric = 'messages', period = hour, limit = 10, stream = 1): Promise<RoomFigures[]> =>
      (await counters.top(stream, metric, period, limit)).figures;
    const everything = async (period = hour, cursor = 0): Promise<RoomFigures[]> => {
      const rooms: RoomFigures[] = [];
      for await (const portion of counters.all(1, period, cursor)) rooms.push(...portion);
      return rooms.sort((a, b) => (a.room < b.room ? -1 : 1));
    };
    const change = async (period = hour): Promise<ChangedPeriod> =>
      (await counters.changed(1)).periods.find(
        (changed) => changed.period.kind === period.kind && changed.period.startMs === period.startMs,
      )!;

    test('start at nothing', async () => {
      expect(await counters.counted(1)).toEqual({ cursor: 0, asOfMs: 0, wholeFromMs: 0 });
      expect(await counters.top(1, 'messages', hour, 10)).toEqual({ counted: to(0, 0), figures: [], copied: false });
      expect((await counters.changed(1)).periods).toEqual([]);
      expect(await everything()).toEqual([]);
    });

    test('add, say how far, and are seen by every instance', async () => {
      expect(await counters.add(1, 0, to(7, 99, 5), [plus('a', 3, 4), plus('b', 5), plus('a', 30, 40, none, day)])).toEqual({ late: 0 });
      expect(await under.second.counted(1)).toEqual({ cursor: 7, asOfMs: 99, wholeFromMs: 5 });
      expect((await under.second.top(1, 'messages', hour, 10)).figures).toEqual([
        { room: 'b', messages: 5, entries: 0, active: 0 },
        { room: 'a', messages: 3, entries: 4, active: 0 },
      ]);
      expect(await top('entries')).toEqual([{ room: 'a', messages: 3, entries: 4, active: 0 }]);
      expect(await top('entries', day)).toEqual([{ room: 'a', messages: 30, entries: 40, active: 0 }]);
      await counters.add(1, 7, to(9), [plus('a', 1)]);
      expect(await top('entries')).toEqual([{ room: 'a', messages: 4, entries: 4, active: 0 }]);
    });

    test('merge who was active, and keep the estimate beside', async () => {
      await counters.add(1, 0, to(1), [plus('a', 0, 2, sketchOf('ann', 'bob')), plus('b', 0, 0, sketchOf('ann'))]);
      await under.second.add(1, 1, to(2), [plus('a', 1, 0, sketchOf('bob', 'cat')), plus('b', 2)]);
      expect(await top('active')).toEqual([
        { room: 'a', messages: 1, entries: 2, active: 3 },
        { room: 'b', messages: 2, entries: 0, active: 1 },
      ]);
      await counters.add(1, 2, to(3), [plus('b', 0, 0, people(0, 5000))]);
      await counters.add(1, 3, to(4), [plus('b', 0, 0, people(4000, 12_000))]);
      await counters.add(1, 4, to(5), [plus('b', 0, 0, people(0, 10))]);
      const [b] = await top('active', hour, 1);
      expect(b).toMatchObject({ room: 'b', active: estimateOf(mergedSketch(people(0, 12_000), sketchOf('ann'))) });
    });

    test('count a record once, however often it is given', async () => {
      await counters.add(1, 0, to(7), [plus('a', 2)]);
      expect(await counters.add(1, 0, to(7), [plus('a', 2, 0, sketchOf('x'))])).toEqual({ cursor: 7 });
      expect(await counters.add(1, 9, to(12), [plus('a', 2)])).toEqual({ cursor: 7 });
      expect(await top()).toEqual([{ room: 'a', messages: 2, entries: 0, active: 0 }]);
      expect(await counters.add(1, 7, to(2 ** 52), [])).toEqual({ late: 0 });
      expect((await counters.counted(1)).cursor).toBe(2 ** 52);
    });

    test('take that nothing has happened since', async () => {
      await counters.add(1, 0, to(7, 100), [plus('a', 2)]);
      expect(await counters.add(1, 7, to(7, 200), [])).toEqual({ late: 0 });
      expect(await counters.counted(1)).toEqual(to(7, 200));
    });

    test('of many writers with one cursor exactly one wins', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          [under.first, under.second][i % 2]!.add(1, 0, to(100 + i), [plus('a', 1, 0, sketchOf(`only-${i}`)), plus('b', 1)]),
        ),
      );
      expect(answers.filter((answer) => 'late' in answer)).toHaveLength(1);
      expect((await counters.counted(1)).cursor).toBe(100 + answers.findIndex((answer) => 'late' in answer));
      expect((await top()).map(({ messages, active }) => [messages, active])).toEqual([
        [1, 1],
        [1, 0],
      ]);
    });

    test.each(metrics)('order by %s, then by room id, up to a limit', async (metric) => {
      const rooms = ['m', 'B', 'a', '_', '-', 'z9', 'z10'];
      const has = (room: string, by: number): Addition => plus(room, by, by, people(0, by));
      await counters.add(1, 0, to(1), [...rooms.map((room) => has(room, 3)), has('top', 100), has('low', 1)]);
      const order = ['top', ...[...rooms].sort(), 'low'];
      expect((await top(metric, hour, 100)).map(({ room }) => room)).toEqual(order);
      expect((await top(metric, hour, 3)).map(({ room }) => room)).toEqual(order.slice(0, 3));
    });

    test('keep streams, kinds and periods apart', async () => {
      await counters.add(0, 0, to(1), [plus('a', 1), plus('a', 10, 0, none, hourBefore), plus('a', 7, 0, none, day)]);
      await counters.add(1, 0, to(1), [plus('a', 100)]);
      const messages = async (period: Period, stream = 0): Promise<number | undefined> =>
        (await top('messages', period, 10, stream))[0]?.messages;
      expect([await messages(hour), await messages(hourBefore), await messages(day), await messages(hour, 1)]).toEqual([1, 10, 7, 100]);
      expect(await messages(day, 1)).toBeUndefined();
    });

    test('tell one room in many periods', async () => {
      await counters.add(1, 0, to(9), [plus('a', 1, 2, sketchOf('x', 'y')), plus('b', 9), plus('a', 3, 0, none, hourBefore)]);
      const held = (messages: number, entries: number, active: number) => ({
        counted: to(9),
        copied: false,
        figures: { messages, entries, active },
      });
      expect(await counters.ofRoom(1, 'a', [hourBefore, hour, day])).toEqual([held(3, 0, 0), held(1, 2, 2), held(0, 0, 0)]);
      expect(await counters.ofRoom(1, 'a', [])).toEqual([]);
    });

    test('take many rooms in one step, and give every one of them', async () => {
      const rooms = Array.from({ length: 2500 }, (_, i) =>
        plus(`room-${i}`, i % 3 === 0 ? i : 0, i % 3 === 1 ? i : 0, i % 3 === 2 ? sketchOf('x') : none),
      );
      await counters.add(1, 0, to(1), [...rooms, plus('other', 1, 0, none, day)]);
      expect((await top()).map(({ room }) => room).slice(0, 2)).toEqual(['room-2499', 'room-2496']);
      const expected = rooms
        .map(({ room, messages, entries, sketch }) => ({ room, messages, entries, active: sketch.length === 0 ? 0 : 1 }))
        .filter(({ messages, entries, active }) => messages + entries + active > 0)
        .sort((a, b) => (a.room < b.room ? -1 : 1));
      expect((await everything()).filter(({ messages, entries, active }) => messages + entries + active > 0)).toEqual(expected);
    });

    test('do not give a period as of a cursor that they are behind', async () => {
      await counters.add(1, 0, to(5), [plus('a', 1)]);
      expect(await everything(hour, 5)).toHaveLength(1);
      await expect(everything(hour, 6)).rejects.toBeInstanceOf(CountersUnavailable);
    });

    describe('a period that is copied', () => {
      test('is no change any more, until it changes again', async () => {
        await counters.add(1, 0, to(5), [plus('a', 1), plus('a', 1, 0, none, day)]);
        const { counted, periods } = await counters.changed(1);
        expect(counted).toEqual(to(5));
        expect(new Set(periods)).toEqual(
          new Set([
            { period: hour, mark: 5 },
            { period: day, mark: 5 },
          ]),
        );
        await counters.copied(1, await change(), Date.now() + dayMs);
        expect((await counters.changed(1)).periods).toEqual([{ period: day, mark: 5 }]);
        expect((await counters.top(1, 'messages', hour, 1)).copied).toBe(true);
        expect((await counters.ofRoom(1, 'a', [hour, day])).map(({ copied }) => copied)).toEqual([true, false]);
        await counters.add(1, 5, to(6), [plus('a', 1)]);
        expect(await change()).toEqual({ period: hour, mark: 6 });
        expect((await counters.top(1, 'messages', hour, 1)).copied).toBe(false);
        expect(await top()).toEqual([{ room: 'a', messages: 2, entries: 0, active: 0 }]);
      });

      test('stays a change where it changed while it was copied', async () => {
        await counters.add(1, 0, to(5), [plus('a', 1)]);
        const before = await change();
        await counters.add(1, 5, to(6), [plus('a', 1)]);
        await counters.copied(1, before, Date.now() - dayMs);
        await counters.trim(1, Date.now(), startMs - dayMs);
        expect(await change()).toEqual({ period: hour, mark: 6 });
        expect(await top()).toHaveLength(1);
      });

      test('goes when it is due; what comes for it after that is late', async () => {
        await counters.add(1, 0, to(5), [plus('a', 1, 0, sketchOf('x')), plus('a', 1, 0, none, day)]);
        await counters.copied(1, await change(), Date.now() - 1000);
        await counters.trim(1, Date.now(), startMs - dayMs);
        expect(await counters.top(1, 'messages', hour, 10)).toMatchObject({ figures: [], copied: true });
        expect(await counters.add(1, 5, to(6), [plus('a', 3, 0, sketchOf('y')), plus('b', 1), plus('a', 1, 0, none, day)])).toEqual({
          late: 2,
        });
        expect(await counters.counted(1)).toEqual(to(6));
        expect(await counters.top(1, 'active', hour, 10)).toMatchObject({ figures: [], copied: true });
        expect(await top('messages', day)).toEqual([{ room: 'a', messages: 2, entries: 0, active: 0 }]);
        expect((await counters.changed(1)).periods).toEqual([{ period: day, mark: 6 }]);
      });

      test('leaves no trace when it is old', async () => {
        await counters.add(1, 0, to(5), [plus('a', 1)]);
        await counters.copied(1, await change(), Date.now() - 1000);
        await counters.trim(1, Date.now(), startMs + 1);
        expect(await counters.top(1, 'messages', hour, 10)).toMatchObject({ figures: [], copied: false });
        expect(await counters.counted(1)).toEqual(to(5));
      });
    });
  });
}
