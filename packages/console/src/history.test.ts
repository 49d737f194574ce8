import { describe, expect, test } from '@jest/globals';
import type { Event, HistoryPage } from '@plaza/client';
import { catchUp, olderPage } from './history.js';

const event = (position: number): Event => ({ position, timeMs: 1, operator: '', targets: [], notifyExt: '', kind: undefined });
const page = (positions: number[], upTo: number, more = false, nextBound = 0): HistoryPage => ({
  events: positions.map(event),
  upTo,
  more,
  nextBound,
});
const types = expect.arrayContaining(['text', 'event']) as unknown;

/** Gives these pages one after another, and keeps what was asked. */
const reader = (...pages: HistoryPage[]) => {
  const asked: object[] = [];
  const history = (ask: object = {}): Promise<HistoryPage> => {
    asked.push(ask);
    return Promise.resolve(pages[Math.min(asked.length, pages.length) - 1]!);
  };
  return { asked, history };
};
const pauses = () => {
  const waited: number[] = [];
  return { waited, pause: (ms: number) => Promise.resolve(void waited.push(ms)) };
};
const positions = (events: readonly Event[]): number[] => events.map(({ position }) => position);

describe('what is shown at the entry', () => {
  test('is the newest page, where it reaches the entry', async () => {
    const room = reader(page([1, 2], 9, true));
    const older: boolean[] = [];
    expect(positions(await catchUp(room, 9, (more) => older.push(more)))).toEqual([1, 2]);
    expect(older).toEqual([true]);
    expect(room.asked).toEqual([{ limit: 50 }]);
  });

  test('is asked again, from where it ended, until it reaches the entry', async () => {
    const room = reader(page([1, 2], 5), page([], 7), page([8, 9], 9));
    const { waited, pause } = pauses();
    expect(positions(await catchUp(room, 9, () => undefined, undefined, pause))).toEqual([1, 2, 8, 9]);
    expect(room.asked.slice(1)).toEqual([
      { after: 5, limit: 200, types },
      { after: 7, limit: 200, types },
    ]);
    expect(waited).toHaveLength(2);
  });

  test('is what there is, after some time', async () => {
    const room = reader(page([1], 5));
    const { waited, pause } = pauses();
    expect(
      positions(
        await catchUp({ history: async (ask) => ({ ...(await room.history(ask)), events: [] }) }, 9, () => undefined, undefined, pause),
      ),
    ).toEqual([]);
    expect(waited).toHaveLength(10);
  });
});

describe('a gap', () => {
  test('is read forwards, page by page, without waiting in between', async () => {
    const room = reader(page([11, 12], 30, true, 12), page([], 30, true, 15), page([16], 30));
    const { waited, pause } = pauses();
    expect(positions(await catchUp(room, 20, () => undefined, 10, pause))).toEqual([11, 12, 16]);
    expect(room.asked).toEqual([
      { after: 10, limit: 200, types },
      { after: 12, limit: 200, types },
      { after: 15, limit: 200, types },
    ]);
    expect(waited).toEqual([]);
  });
});

describe('an older page', () => {
  test('is asked on for where it is empty and has more', async () => {
    const room = reader(page([], 30, true, 20), page([], 30, true, 10), page([4, 5], 30, true, 4));
    expect(await olderPage(room, 25)).toEqual(page([4, 5], 30, true, 4));
    expect(room.asked).toEqual([25, 20, 10].map((before) => ({ before, limit: 50 })));
  });

  test('is not asked on for without end', async () => {
    const room = reader(page([], 30, true, 20));
    expect((await olderPage(room, 25)).more).toBe(true);
    expect(room.asked).toHaveLength(10);
  });
});
