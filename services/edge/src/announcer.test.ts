import { beforeEach, describe, expect, test } from '@jest/globals';
import { LinkBroken, ShardTable } from '@plaza/bus';
import type { Announce, BulkAnswer, BulkAsk } from '@plaza/proto/room';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { Announcer } from './announcer.js';
import { feedOf, member } from './feed.fixture.js';
import type { RoomFeed } from './room-feed.js';
import type { Session } from './session.js';

let clock: FakeClock;
let told: Announce[];
let marked: [number, number][];
let leftAgain: Session[];
let sessions: Session[];
let feed: RoomFeed;
let during: () => void;
let broken: number;
let announcer: Announcer;

beforeEach(() => {
  clock = new FakeClock();
  [told, marked, leftAgain, sessions, broken, during] = [[], [], [], [], 0, () => undefined];
  ({ feed } = feedOf());
  const table = new ShardTable();
  table.apply({ kind: 'room-state', id: 'h', address: 'h:1', atMs: 1, draining: false, shards: [{ shard: 0, epoch: 7 }] }, 1);
  const router = { ask, markAnnounced: (shard: number, epoch: number) => void marked.push([shard, epoch]) };
  announcer = new Announcer({
    router,
    table,
    clock,
    logger: quietLogger(),
    sessionsOf: () => sessions,
    leaveAgain: (session) => void leftAgain.push(session),
  });
});

async function* ask(_shard: number, { value }: NonNullable<BulkAsk['ask']>): AsyncGenerator<BulkAnswer, void, undefined> {
  if (broken-- > 0) throw new LinkBroken('as the test says');
  told.push(value as Announce);
  during();
  await Promise.resolve();
  yield { number: 1, done: true, answer: { $case: 'announced', value: {} } };
}

const add = (count: number): void => {
  for (let i = 0; i < count; i++) sessions.push(member(feed, { account: `account-${i}` }).session);
};
const numbers = (announce: Announce | undefined): number[] => announce?.sessions.map(({ session }) => session) ?? [];

describe('an announcement', () => {
  test('names every session once, in chunks, between first and last', async () => {
    add(2000);
    announcer.announce(0);
    announcer.announce(0);
    await clock.pass(0);
    expect(told.length).toBeGreaterThan(1);
    expect(told.map(({ first, last }) => [first, last])).toEqual(told.map((_, i) => [i === 0, i === told.length - 1]));
    expect(told.flatMap(numbers)).toEqual(sessions.map(({ number }) => number));
    expect(marked).toEqual([[0, 7]]);
  });

  test('names who enters meanwhile afterwards, and lets who leaves leave again', async () => {
    add(3);
    const late = member(feed).session;
    during = () => {
      during = () => undefined;
      announcer.entered(late);
      announcer.left(sessions[1]!);
    };
    announcer.announce(0);
    await clock.pass(0);
    expect(told.map(({ first, last }) => [first, last])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(numbers(told[1])).toEqual([late.number]);
    expect(leftAgain).toEqual([sessions[1]]);
  });

  test('that fails is made again, whole', async () => {
    add(3);
    broken = 1;
    announcer.announce(0);
    await clock.pass(600);
    expect(told.flatMap(numbers).length).toBe(3);
    expect(marked.length).toBe(1);
  });

  test('without sessions says that there are none: the holder waits for the word of every edge', async () => {
    announcer.announce(0);
    await clock.pass(1000);
    expect(told).toEqual([{ shard: 0, first: true, last: true, sessions: [] }]);
    expect(clock.pending).toBe(0);
  });

  test('of a shard that nobody holds is none', async () => {
    announcer.announce(1);
    await clock.pass(1000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });
});
