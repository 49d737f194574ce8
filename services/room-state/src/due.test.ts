import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf, type RoomId } from '@plaza/domain';
import type { Event } from '@plaza/proto/client';
import { MemoryProjection } from './projection.memory.js';
import { World, type Node } from './testing/compose.js';
import { Ear } from './testing/ear.js';
import { factsOf, resultOf, type Answer, type TestAsker } from './testing/test-asker.js';

let world: World;
let node: Node;
let edge: TestAsker;
let ear: Ear;

const settings = { idleRoomMs: 1000 };
const start = async (id: string): Promise<void> => {
  node = await world.node(id, settings);
  edge = world.asker(node, `edge-${id}`);
};

beforeEach(async () => {
  world = new World();
  await start('a');
  resultOf(await edge.create('lobby'), 'done');
  ear = await Ear.on(world.live, 'lobby', world.shards);
});
afterEach(() => world.stop());

const events = (): Event[] => ear.batches.flatMap((batch) => batch.events);
const kinds = (): (string | undefined)[] => events().map(({ kind }) => kind?.$case);
const find = (kind: string): Event | undefined => events().find((event) => event.kind?.$case === kind);
const act = async (json: Record<string, unknown>, session = 0): Promise<Answer> => {
  const answer = await edge.do('lobby', json, session);
  if (typeof answer === 'string' || answer.result?.$case === 'refused') throw new Error(JSON.stringify(answer));
  return answer;
};
const enter = async (account: string): Promise<void> => void resultOf(await edge.join('lobby', 1, account), 'joined');
const leave = (): Promise<Answer> => act({ leave: {} }, 1);

/** What is set, the event that ends it by itself, and after how many seconds. */
const timed: [string, () => Promise<unknown>, string, number][] = [
  ['a timed mute', () => act({ timedMuteMember: { account: 'ann', seconds: 60 } }), 'timedUnmuted', 60],
  ['a timed tag mute', () => act({ muteTag: { tag: 'loud', seconds: 60 } }), 'tagUnmuted', 60],
  ['a close at a time', () => act({ scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER', seconds: 60 } } }), 'roomClosed', 60],
  ['a close of an empty room', () => act({ scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER_EMPTY', seconds: 60 } } }), 'roomClosed', 60],
  [
    'a close after the last left',
    async () => {
      await act({ scheduleClose: { close: { kind: 'CLOSE_KIND_AFTER_EMPTY', seconds: 60 } } });
      await enter('ann');
      await world.clock.pass(90_000);
      expect(kinds()).not.toContain('roomClosed');
      await leave();
    },
    'roomClosed',
    60,
  ],
  [
    'a seat of who left',
    async () => {
      await act({ initQueue: {} });
      await enter('ann');
      await act({ offerQueue: { elements: [{ key: 'seat', transient: true }] } }, 1);
      await leave();
    },
    'queueChanged',
    15,
  ],
  [
    'an attribute that goes with its owner',
    async () => {
      await enter('ann');
      await act({ setAttributes: { attributes: [{ key: 'k', value: 'v', withOwner: true }] } }, 1);
      await leave();
    },
    'attributesChanged',
    15,
  ],
  [
    'labels that were not saved',
    async () => {
      await enter('ann');
      await act({ updateMember: { account: 'ann', labels: { labels: [{ name: 'fan' }] } } });
      await leave();
    },
    'memberUpdated',
    15,
  ],
];

describe.each(timed)('%s ends by itself', (_, set, kind, seconds) => {
  const forget = (): void => void ear.heard.splice(0);

  test('while the room sleeps, not before its time and within two seconds of it', async () => {
    await set();
    await world.clock.pass(3000);
    forget();
    expect(await node.gauge('plaza_room_state_rooms')).toBe(0);
    await world.clock.pass(seconds * 1000 - 3001);
    expect(kinds()).not.toContain(kind);
    await world.clock.pass(2001);
    expect(find(kind)).toMatchObject({ operator: '' });
  });

  test('after every process was killed and others came later than that', async () => {
    await set();
    await world.clock.pass(2000);
    await node.kill();
    forget();
    world.clock.advance(seconds * 1000 + 60_000);
    await start('b');
    await world.clock.pass(30_000);
    expect(kinds()).toContain(kind);
  });

  test('once', async () => {
    await set();
    forget();
    await world.clock.pass(seconds * 1000 + 200_000);
    expect(kinds().filter((one) => one === kind)).toHaveLength(1);
  });
});

describe('who is away', () => {
  const seat = async (): Promise<void> => {
    await act({ initQueue: {} });
    await enter('ann');
    await act({ offerQueue: { elements: [{ key: 'seat', transient: true }] } }, 1);
  };
  const seats = async (): Promise<number> => resultOf(await act({ listQueue: {} }), 'queuePage').elements.length;

  test('and comes back within the grace period keeps the seat', async () => {
    await seat();
    await edge.do('lobby', { leave: {} }, 1, { disconnected: true });
    await world.clock.pass(14_000);
    await enter('ann');
    await world.clock.pass(120_000);
    expect(await seats()).toBe(1);
  });

  test('and whose edge and holder died together loses it all the same', async () => {
    await seat();
    await world.clock.pass(2000);
    await node.kill();
    await world.clock.pass(1000);
    await start('b');
    await world.clock.pass(8000);
    expect(await seats()).toBe(1);
    // The next look, a minute after the last change at most, notes the absence; then the grace period.
    await world.clock.pass(60_000 + 15_000 + 2000);
    expect(await seats()).toBe(0);
    const changes = events().filter(({ kind }) => kind?.$case === 'queueChanged');
    expect(new Set(changes.map(({ position }) => position)).size).toBe(3);
  });

  test('does not lose it to a takeover, while the edge still says that the account is there', async () => {
    await seat();
    const { enteredMs } = resultOf(await act({ getMembers: { accounts: ['ann'] } }), 'membersFound').members[0]!;
    await world.clock.pass(2000);
    await node.kill();
    await start('b');
    await world.clock.pass(8000);
    const sessions = [factsOf(1, 'lobby', 'ann', { enteredMs })];
    const shard = shardOf('lobby' as RoomId, world.shards);
    await edge.bulk({ $case: 'announce', value: { shard, first: true, last: true, sessions } });
    await world.clock.pass(120_000);
    expect(await seats()).toBe(1);
  });
});

test('rooms that are named as due and have nothing to do are looked at again later, and hold up no others', async () => {
  const shard = shardOf('lobby' as RoomId, world.shards);
  await world.clock.pass(3000);
  const projection = new MemoryProjection(world.projections);
  const [name, value] = ['head', new Uint8Array(0)];
  const stale = Array.from({ length: 250 }, (_, i) => ({ room: `stale-${i}` as RoomId, slots: [{ name, value }], dueMs: 1 }));
  const cursor = await projection.cursor(shard);
  await node.kill();
  expect(await projection.write(shard, cursor, cursor!, stale)).toBe('written');
  await start('b');
  await world.clock.pass(30_000);
  await act({ timedMuteMember: { account: 'ann', seconds: 10 } });
  await world.clock.pass(16_000);
  expect(kinds()).toContain('timedUnmuted');
  expect((await projection.due(shard, 1000)).filter(({ dueMs }) => dueMs <= world.clock.now())).toEqual([]);
});
