import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NoticesMode } from '@plaza/proto/client';
import { estimateOf, shardOf, type RoomId } from '@plaza/domain';
import { Record as LogRecord } from '@plaza/proto/log';
import { Ear } from './testing/ear.js';
import { commandOf, factsOf, resultOf, type TestAsker } from './testing/test-asker.js';
import { World, type Node } from './testing/compose.js';

let world: World;
let node: Node;
let edge: TestAsker;
let ear: Ear;

beforeEach(async () => {
  world = new World();
  node = await world.node('a');
  edge = world.asker(node);
  resultOf(await edge.create('lobby'), 'done');
  ear = await Ear.on(world.live, 'lobby', world.shards);
});
afterEach(() => world.stop());

const counts = async (): Promise<[number, number]> => {
  const { accounts, connections } = resultOf(await edge.ask('lobby', { $case: 'getRoom', value: {} }), 'roomInfo');
  return [accounts, connections];
};
const kinds = (): (string | undefined)[] => ear.batches.flatMap(({ events }) => events.map(({ kind }) => kind?.$case));
const leave = (session: number, disconnected = false) => edge.ask('lobby', { $case: 'leave', value: {} }, { session, disconnected });
const members = (pageToken: string, limit: number) => edge.do('lobby', { listMembers: { pageToken, limit } });

describe('presence', () => {
  test('counts accounts and connections, and entering and leaving once per account', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.join('lobby', 2, 'ann');
    await edge.join('lobby', 3, 'bob');
    expect(await counts()).toEqual([2, 3]);
    await leave(1);
    expect(await counts()).toEqual([2, 2]);
    await leave(2);
    expect(await counts()).toEqual([1, 1]);
    expect(kinds()).toEqual(['entered', 'entered', 'left']);
    resultOf(await leave(2), 'unchanged');
  });

  test('a join again in the same session changes no count', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.join('lobby', 1, 'ann');
    expect(await counts()).toEqual([1, 1]);
    expect(kinds()).toEqual(['entered']);
  });

  test('the same device replaces itself, and nobody is told', async () => {
    const other = world.asker(node, 'edge-2');
    await edge.join('lobby', 1, 'ann', { deviceId: 'phone' });
    await other.join('lobby', 1, 'ann', { deviceId: 'phone' });
    expect(await counts()).toEqual([1, 1]);
    expect(kinds()).toEqual(['entered']);
    expect(edge.ended).toEqual([{ session: 1, code: 'replaced' }]);
    expect(other.ended).toEqual([]);
  });

  test('a kicked account is out at once, on all its devices, and its edge obeys before it forwards', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.join('lobby', 2, 'ann');
    await world.clock.pass(5);
    resultOf(await edge.do('lobby', { kickMember: { account: 'ann', reason: 'spam' } }), 'done');
    expect(await counts()).toEqual([0, 0]);
    expect(ear.batches.at(-1)!.control.removals).toMatchObject([{ account: 'ann', code: 'kicked', why: 'spam' }]);
    const stale = factsOf(1, 'lobby', 'ann', { enteredMs: world.clock.now() - 5 });
    expect(resultOf(await edge.say('lobby', 1, 'still here', { facts: stale }), 'refused').code).toBe('not-joined');
    resultOf(await edge.join('lobby', 4, 'ann'), 'joined');
    resultOf(await edge.say('lobby', 4, 'back'), 'accepted');
  });

  test('a kick without notice is seen by nobody, and obeyed all the same', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.do('lobby', { kickMember: { account: 'ann', notice: { notify: false } } });
    const { events, control } = ear.batches.at(-1)!;
    expect(events).toEqual([]);
    expect(control.removals).toHaveLength(1);
  });

  test('closing takes everybody out', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.ask('lobby', { $case: 'closeRoom', value: { reason: 'over', notice: undefined } });
    expect(await counts()).toEqual([0, 0]);
    expect(ear.batches.at(-1)!.control.removals).toMatchObject([{ account: '', code: 'room-closed', why: 'over' }]);
  });

  test('of an edge whose link broke is kept for the grace period, and longer if it comes back', async () => {
    await edge.join('lobby', 1, 'ann');
    const other = world.asker(node, 'edge-2');
    await other.join('lobby', 1, 'bob');
    other.detach();
    await world.clock.pass(14_000);
    const back = world.asker(node, 'edge-2');
    await world.clock.pass(14_000);
    expect(await counts()).toEqual([2, 2]);
    back.detach();
    await world.clock.pass(15_000);
    expect(await counts()).toEqual([1, 1]);
    expect(kinds()).toEqual(['entered', 'entered', 'left']);
  });

  test('is forgotten where an announcement does not name what was there for long, but not what came lately', async () => {
    await edge.join('lobby', 1, 'ann');
    await world.clock.pass(25_000);
    await edge.join('lobby', 2, 'bob');
    const shard = shardOf('lobby' as RoomId, world.shards);
    const named = [factsOf(3, 'lobby', 'cat', { enteredMs: 1 })];
    await edge.bulk({ $case: 'announce', value: { shard, first: true, last: true, sessions: named } });
    await world.clock.pass(0);
    const { members: rows } = resultOf(await members('', 0), 'memberPage');
    expect(rows.map(({ account }) => account)).toEqual(['cat', 'bob']);
  });
});

describe('signals', () => {
  test('tell the counts within a second of a change, once', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.join('lobby', 2, 'bob');
    await world.clock.pass(1000);
    expect(ear.signals.at(-1)).toMatchObject({ room: 'lobby', accounts: 2, connections: 2, settling: false, entered: 0 });
  });

  test('repeat the head 1 s, 5 s and then every 30 s after the last batch', async () => {
    await edge.join('lobby', 1, 'ann');
    await world.clock.pass(1000);
    ear.heard.length = 0;
    const { position } = resultOf(await edge.say('lobby', 1, 'last'), 'accepted');
    await world.clock.pass(70_000);
    expect(ear.signals.map(({ head }) => head)).toEqual([position, position, position, position]);
  });

  test('carry a digest in rooms without enter and leave events', async () => {
    const changes = { name: undefined, announcement: undefined, broadcastUrl: undefined, ext: undefined, anonymousAllowed: undefined };
    const off = { ...changes, notices: NoticesMode.NOTICES_MODE_OFF };
    await edge.ask('lobby', { $case: 'updateRoom', value: { changes: off, notice: undefined } });
    await edge.join('lobby', 1, 'ann');
    await edge.join('lobby', 2, 'bob');
    await leave(1);
    await world.clock.pass(1000);
    expect(ear.signals.at(-1)).toMatchObject({ accounts: 1, entered: 2, left: 1 });
  });
});

describe('member lists', () => {
  test('are pages in the order of entry, one row an account', async () => {
    for (const [i, account] of ['cat', 'ann', 'bob', 'dan', 'eve'].entries()) {
      await edge.join('lobby', i + 1, account, { deviceId: `d${i}` });
      if (account !== 'ann') await world.clock.pass(1);
    }
    await edge.join('lobby', 9, 'ann', { deviceId: 'tablet', deviceKind: 'ios' });
    const seen: string[] = [];
    let token = '';
    do {
      const page = resultOf(await members(token, 2), 'memberPage');
      seen.push(...page.members.map(({ account }) => account));
      token = page.next;
    } while (token !== '');
    expect(seen).toEqual(['cat', 'ann', 'bob', 'dan', 'eve']);
    const ann = resultOf(await members('', 2), 'memberPage').members[1]!;
    expect(ann.devices.map(({ id }) => id)).toEqual(['d1', 'tablet']);
  });

  test('refuse a token of another list, a limit beyond theirs, and who is not there', async () => {
    expect(resultOf(await members('nonsense', 0), 'refused').code).toBe('bad-request');
    expect(resultOf(await members('', 101), 'refused').code).toBe('bad-request');
    const [answer] = await edge.bulk({
      $case: 'query',
      value: edge.entry('lobby', commandOf({ listMembers: {} })),
    });
    expect(answer!.$case).toBe('query');
  });
});

test('a changed room logs its tally, which has no place in the order', async () => {
  await edge.join('lobby', 1, 'ann');
  await edge.join('lobby', 2, 'bob');
  await leave(1);
  const frames = ear.batches.length;
  // Each shard has its own moment of the second.
  await world.clock.pass(11_000);
  const shard = shardOf('lobby' as RoomId, world.shards);
  const records = await node.log.read(shard, 1, 100);
  const tallies = records.flatMap(({ bytes }) => LogRecord.decode(bytes).batches).filter(({ tally }) => tally !== undefined);
  expect(tallies).toHaveLength(1);
  expect(tallies[0]!.tally).toMatchObject({ enters: 2, leaves: 1, peakAccounts: 2 });
  expect(estimateOf(tallies[0]!.tally!.sketch)).toBe(2);
  expect(tallies[0]!.prev).toBe(tallies[0]!.last);
  expect(ear.batches.length).toBe(frames);
  const { head } = (await edge.say('lobby', 2, 'on')) as { head: number };
  expect(ear.batches.at(-1)!.header).toMatchObject({ prev: tallies[0]!.last, last: head });
});

test('a timed mute ends by itself, in a room that sleeps too', async () => {
  const mute = { $case: 'timedMuteMember', value: { account: 'ann', seconds: 700, notice: undefined } } as const;
  resultOf(await edge.ask('lobby', mute), 'done');
  await world.clock.pass(650_000);
  expect(await node.gauge('plaza_room_state_rooms')).toBe(0);
  await world.clock.pass(60_000);
  expect(kinds().at(-1)).toBe('timedUnmuted');
});
