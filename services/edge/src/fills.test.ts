import { beforeEach, describe, expect, test } from '@jest/globals';
import { LinkBroken } from '@plaza/bus';
import type { BulkAnswer, BulkAsk, FillChunk } from '@plaza/proto/room';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { CountingFigures, feedOf, live, member } from './feed.fixture.js';
import { Fills } from './fills.js';
import type { RoomFeed } from './room-feed.js';

type Answer = Partial<FillChunk>[] | 'broken';

let clock: FakeClock;
let asked: number[];
let answers: Answer[];
let fills: Fills;
let feed: RoomFeed;
const figures = new CountingFigures();

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
  answers = [];
  fills = new Fills({ ask }, clock, quietLogger(), figures);
  ({ feed } = feedOf(undefined, { gap: (gapped) => fills.gap(gapped) }));
  member(feed);
});

async function* ask(_shard: number, { value }: NonNullable<BulkAsk['ask']>): AsyncGenerator<BulkAnswer, void, undefined> {
  asked.push((value as { after: number }).after);
  const answer = answers.shift() ?? 'broken';
  if (answer === 'broken') throw new LinkBroken('as the test says');
  for (const [i, chunk] of answer.entries()) {
    await Promise.resolve();
    const value = { frames: [], complete: true, completeFrom: 0, head: 0, ...chunk };
    yield { number: 1, done: i === answer.length - 1, answer: { $case: 'fill', value } };
  }
}

describe('a gap', () => {
  test('is asked for until it is closed, however often the holder is away', async () => {
    answers = [
      'broken',
      'broken',
      [
        { frames: [live(20, 30)], head: 40 },
        { frames: [live(30, 40)], head: 40 },
      ],
    ];
    feed.onFrame(live(10, 20));
    feed.onFrame(live(40, 50));
    await clock.pass(1000);
    expect([feed.ring.base, feed.ring.tip, feed.filling]).toEqual([10, 50, false]);
    expect(asked).toEqual([20, 20, 20]);
  });

  test('that the holder cannot give is skipped in the open', async () => {
    answers = [[{ frames: [live(30, 40)], complete: false, completeFrom: 30, head: 40 }]];
    feed.onFrame(live(10, 20));
    feed.onFrame(live(40, 50));
    await clock.pass(1000);
    expect([feed.ring.base, feed.ring.tip]).toEqual([30, 50]);
  });

  test('that a holder does not know of is given up after a few asks', async () => {
    answers = [[{ head: 20 }], [{ head: 20 }], [{ head: 20 }], [{ head: 50 }]];
    feed.onFrame(live(10, 20));
    feed.onFrame(live(40, 50));
    await clock.pass(5000);
    expect([feed.ring.base, feed.ring.tip, feed.filling]).toEqual([40, 50, false]);
  });

  test('of a head that was named in error ends when the holder names the tip', async () => {
    answers = [[{ head: 20 }]];
    feed.onFrame(live(10, 20));
    feed.noteHead(90);
    fills.gap(feed);
    await clock.pass(1000);
    expect([feed.head, feed.behindSinceMs, feed.filling]).toEqual([20, 0, false]);
  });
});

describe('covering a position', () => {
  test('needs no ask where the ring reaches, nor at the head', async () => {
    expect(await fills.cover(feed, 20, 20)).toBe(true);
    feed.onFrame(live(20, 30));
    expect(await fills.cover(feed, 25, 30)).toBe(true);
    expect(asked).toEqual([]);
  });

  test('asks once for many, and remembers what is gone', async () => {
    answers = [[{ frames: [live(20, 30)], complete: false, completeFrom: 20, head: 30 }]];
    expect(await Promise.all([10, 12, 25].map((position) => fills.cover(feed, position, 30)))).toEqual([false, false, true]);
    expect(await fills.cover(feed, 5, 30)).toBe(false);
    expect([asked, feed.ring.base, feed.ring.tip]).toEqual([[10], 20, 30]);
  });

  test('of a holder that does not answer is incomplete from the head on', async () => {
    expect(await fills.cover(feed, 10, 30)).toBe(false);
    expect([feed.ring.base, feed.ring.tip]).toEqual([30, 30]);
  });
});
