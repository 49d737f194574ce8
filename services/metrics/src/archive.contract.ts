import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Archive } from './archive.js';
import type { Period } from './calendar.js';
import type { RoomFigures } from './counters.js';

export interface ArchiveUnderTest {
  readonly archive: Archive;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const startMs = Math.floor(Date.now() / hourMs) * hourMs;
const hour: Period = { kind: 'hour', startMs };
const before: Period = { kind: 'hour', startMs: startMs - hourMs };
const day: Period = { kind: 'day', startMs };
const has = (room: string, by: number): RoomFigures => ({ room, messages: by, entries: by + 1, active: by + 2 });
const topsOf = (...rooms: RoomFigures[]) => ({ messages: rooms, entries: rooms.slice(0, 1), active: [...rooms].reverse() });

export function archiveContract(name: string, open: () => Promise<ArchiveUnderTest>): void {
  describe(`archive: ${name}`, () => {
    let under: ArchiveUnderTest;
    let archive: Archive;
    beforeEach(async () => {
      under = await open();
      archive = under.archive;
    });
    afterEach(() => under.close());

    const series = async (room = 'a', kind: 'hour' | 'day' = 'hour'): Promise<[number, number][]> =>
      [...(await archive.series(room, kind, startMs - 5 * hourMs, startMs + 1))]
        .map(([at, { figures }]): [number, number] => [at, figures.messages])
        .sort(([a], [b]) => a - b);

    test('has nothing at first', async () => {
      expect((await archive.tops(hour, 'messages')).size).toBe(0);
      expect(await series()).toEqual([]);
    });

    test('gives a room its periods, of one kind and within a range', async () => {
      await archive.putRooms(hour, [has('a', 7), has('b', 1)], 5);
      await archive.putRooms(before, [has('a', 3)], 6);
      await archive.putRooms(day, [has('a', 10)], 7);
      expect(await series()).toEqual([
        [before.startMs, 3],
        [hour.startMs, 7],
      ]);
      expect(await series('a', 'day')).toEqual([[startMs, 10]]);
      expect(await series('c')).toEqual([]);
      const found = await archive.series('a', 'hour', before.startMs, hour.startMs);
      expect([...found]).toEqual([[before.startMs, { version: 6, figures: { messages: 3, entries: 4, active: 5 } }]]);
    });

    test('gives the lists of a period by metric and stream', async () => {
      await archive.putTops(hour, 0, topsOf(has('a', 7), has('b', 2)), 5);
      await archive.putTops(hour, 3, topsOf(), 9);
      await archive.putTops(day, 0, topsOf(has('c', 7)), 5);
      const lists = await archive.tops(hour, 'active');
      expect(lists.get(0)).toEqual({ version: 5, figures: [has('b', 2), has('a', 7)] });
      expect(lists.get(3)).toEqual({ version: 9, figures: [] });
      expect([...lists.keys()].sort()).toEqual([0, 3]);
      expect((await archive.tops(hour, 'entries')).get(0)!.figures).toEqual([has('a', 7)]);
      expect((await archive.tops(before, 'active')).size).toBe(0);
    });

    test('lets the higher version stand, in whatever order they come and however often', async () => {
      const high = 2 ** 52 + 1;
      for (const [by, version] of [
        [1, 3],
        [9, high],
        [2, 4],
        [9, high],
        [3, high - 2],
      ] as const) {
        await archive.putRooms(hour, [has('a', by)], version);
        await archive.putTops(hour, 1, topsOf(has('a', by)), version);
      }
      expect(await series()).toEqual([[startMs, 9]]);
      expect((await archive.tops(hour, 'messages')).get(1)).toEqual({ version: high, figures: [has('a', 9)] });
      await archive.putRooms(hour, [has('a', 10)], high + 1);
      expect(await series()).toEqual([[startMs, 10]]);
    });

    test('takes many rooms at once', async () => {
      await archive.putRooms(
        hour,
        Array.from({ length: 300 }, (_, i) => has(`room-${i}`, i)),
        1,
      );
      expect(await series('room-299')).toEqual([[startMs, 299]]);
      const rooms = Array.from({ length: 500 }, (_, i) => has(`${i}-${'x'.repeat(60)}`, 500 - i));
      await archive.putTops(hour, 0, { messages: rooms, entries: rooms, active: rooms }, 1);
      expect((await archive.tops(hour, 'entries')).get(0)!.figures).toEqual(rooms);
    });
  });
}
