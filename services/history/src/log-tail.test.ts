import { describe, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import type { ReadHistory } from '@plaza/proto/client';
import fc from 'fast-check';
import { LaggingRoom, type Happening } from '../test/lagging-room.js';

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const says = (count: number): Happening[] => Array.from({ length: count }, () => ({ say: 'ann' }));

/** Every page in one direction, put in order. */
async function follow(room: LaggingRoom, page: Partial<ReadHistory>): Promise<number[]> {
  const forward = page.after !== undefined;
  const found: number[][] = [];
  for (let next: Partial<ReadHistory> | undefined = page; next !== undefined;) {
    expect(found.length).toBeLessThan(100);
    const { numbers, more, nextBound, upTo } = await room.read(next);
    expect(room.numberOf(upTo)).toBeGreaterThanOrEqual(numbers.at(-1) ?? 0);
    found.push(numbers);
    next = more ? { ...page, [forward ? 'after' : 'before']: nextBound } : undefined;
  }
  return (forward ? found : found.reverse()).flat();
}

describe('pages of a room whose store lags', () => {
  test('name the head as considered though the newest event is stored nowhere: who asks for it is done', async () => {
    for (const through of [0, 1, 2]) {
      const room = new LaggingRoom();
      room.happens({ say: 'ann' });
      room.happens({ say: 'ann', stored: false });
      if (through > 0) await room.readUpTo(through);
      expect(await room.read({ limit: 5 })).toMatchObject({ numbers: [0], upTo: room.placeOf(1), more: false });
      expect(await room.read({ after: room.placeOf(0) })).toMatchObject({ numbers: [], upTo: room.placeOf(1), more: false });
      if (through < 2) continue;
      room.logs.forget(room.shard);
      expect(await room.read({ limit: 5 })).toMatchObject({ numbers: [0], upTo: room.placeOf(1), more: false });
    }
  });

  test('are filled from the log, and everything up to the head has been considered', async () => {
    const room = new LaggingRoom();
    for (let n = 0; n < 20; n += 2) room.happens(...says(2));
    await room.readUpTo(6);
    expect(await room.read({ limit: 3 })).toMatchObject({ numbers: [17, 18, 19], upTo: room.placeOf(19), more: true });
    expect(await room.read({ limit: 100 })).toMatchObject({ numbers: span(0, 19), upTo: room.placeOf(19), more: false });
    expect(await room.read({ after: room.placeOf(9), limit: 5 })).toMatchObject({ numbers: span(10, 14), more: true });
    expect(await room.read({ before: room.placeOf(12), limit: 3 })).toMatchObject({ numbers: [9, 10, 11], more: true });
    expect(await room.read({ before: room.placeOf(4), limit: 3 })).toMatchObject({ numbers: [1, 2, 3], more: true });
  });

  const happenings = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ say: fc.constantFrom('ann', 'bob'), stored: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ recall: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 1, arbitrary: fc.record({ erase: fc.constantFrom('ann', 'bob') }) },
      { weight: 1, arbitrary: fc.record({ recallAll: fc.constantFrom('ann', 'bob'), since: fc.nat(30) }) },
    ),
    { minLength: 1, maxLength: 30 },
  );

  test('hold what a store without lag would hold, once each and in order, wherever its reader is, whatever it has beyond that', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, fc.nat(30), fc.nat(30), fc.integer({ min: 2, max: 9 }), async (all, read, beyond, limit) => {
        const [whole, lagging] = [new LaggingRoom(), new LaggingRoom()];
        for (const room of [whole, lagging]) for (const one of all) room.happens(one);
        await whole.readUpTo(all.length);
        const through = Math.min(read, all.length);
        await lagging.readUpTo(Math.min(through + beyond, all.length));
        lagging.through = through;
        for (const page of [{ limit }, { limit, after: 0 }, { limit, sender: 'ann' }])
          expect(await follow(lagging, page)).toEqual(await follow(whole, page));
      }),
      { numRuns: 25 },
    );
  });

  test('of more than the log gives at once: the newest from the log, then what the store has, which says how far that is', async () => {
    const room = new LaggingRoom();
    for (let n = 0; n < 1300; n += 10) room.happens(...says(10));
    await room.readUpTo(5);
    const newest = await room.read({ limit: 200 });
    expect(newest).toMatchObject({ numbers: span(1100, 1299), upTo: room.placeOf(1299), more: true });
    const [last] = (await room.read({ before: room.placeOf(310), limit: 200 })).events;
    expect(last!.position).toBe(room.placeOf(300));
    expect(await room.read({ before: room.placeOf(310), limit: 200 })).toMatchObject({ numbers: span(300, 309), more: true });
    expect(await room.read({ before: room.placeOf(299) + 1, limit: 10 })).toMatchObject({ numbers: span(40, 49), upTo: room.placeOf(49) });
    expect(await room.read({ after: room.placeOf(45), limit: 10 })).toMatchObject({ numbers: span(46, 49), upTo: room.placeOf(49) });
    expect(await room.read({ after: room.placeOf(400), limit: 5 })).toMatchObject({ numbers: span(401, 405), upTo: room.placeOf(1299) });
  });

  test('show nothing that has been kept for long enough', async () => {
    const room = new LaggingRoom();
    room.happens(...says(3));
    room.clock.advance(10 * 86_400_000 + 500);
    expect((await room.read()).numbers).toEqual([2]);
  });

  test('large messages end the walk sooner', async () => {
    const room = new LaggingRoom();
    for (let n = 0; n < 100; n++) room.happens({ say: 'ann', bytes: 4000 });
    const { numbers, more } = await room.read({ limit: 200 });
    expect(numbers).toEqual(span(100 - numbers.length, 99));
    expect(numbers.length).toBeGreaterThan(55);
    expect(numbers.length).toBeLessThan(66);
    expect(more).toBe(true);
  });

  test('a log that does not go back so far gives what it has', async () => {
    const room = new LaggingRoom();
    for (let n = 0; n < 6; n++) room.happens({ say: 'ann' });
    room.logs.ageOut(room.shard, 4);
    expect(await room.read()).toMatchObject({ numbers: [3, 4, 5], more: true });
  });
});

describe('pages while the store is away', () => {
  const begin = (): LaggingRoom => {
    const room = new LaggingRoom();
    for (let n = 0; n < 6; n++) room.happens({ say: n % 2 === 0 ? 'ann' : 'bob' });
    return room;
  };

  test.each([undefined, 3])('come from the log where it has them whole; the reader knows its place as %s', async (through) => {
    const room = begin();
    await room.readUpTo(3);
    room.storage.available = false;
    room.through = through;
    expect(await room.read({ limit: 2 })).toMatchObject({ numbers: [4, 5], upTo: room.placeOf(5), more: true });
    expect(await room.read({ after: room.placeOf(3), limit: 9 })).toMatchObject({ numbers: [4, 5], upTo: room.placeOf(5), more: false });
  });

  test('the whole room, where the log reaches back to its beginning', async () => {
    const room = begin();
    room.storage.available = false;
    expect(await room.read()).toMatchObject({ numbers: span(0, 5), more: false });
    expect(await room.read({ sender: 'bob' })).toMatchObject({ numbers: [1, 3, 5] });
  });

  test('otherwise they are unavailable, never a part', async () => {
    const room = begin();
    await room.readUpTo(3);
    room.storage.available = false;
    room.through = 3;
    await expect(room.read({ limit: 4 })).rejects.toBeInstanceOf(ReaderUnavailable);
    await expect(room.read({ after: 0 })).rejects.toBeInstanceOf(ReaderUnavailable);
    room.logs.ageOut(room.shard, 4);
    room.through = undefined;
    await expect(room.read({ limit: 4 })).rejects.toBeInstanceOf(ReaderUnavailable);
    expect((await room.read({ limit: 3 })).numbers).toEqual([3, 4, 5]);
  });
});
