import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf, type RoomId } from '@plaza/domain';
import type { SessionFacts } from '@plaza/proto/room';
import { World, type Node } from './testing/compose.js';
import { factsOf, resultOf, type Answer, type TestAsker } from './testing/test-asker.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.stop());

const shard = (): number => shardOf('lobby' as RoomId, world.shards);
const beatOf = (...edges: string[]): void => {
  for (const id of edges) world.peers.beat({ kind: 'edge', id, address: '', atMs: world.clock.now(), shards: [], draining: false });
};
const announce = (edge: TestAsker, ...sessions: SessionFacts[]) =>
  edge.bulk({ $case: 'announce', value: { shard: shard(), first: true, last: true, sessions } });
const isSettling = async (node: Node): Promise<boolean> =>
  resultOf(await world.asker(node, 'api').do('lobby', { getRoom: {} }), 'roomInfo').settling;
const ann = factsOf(1, 'lobby', 'ann', { enteredMs: 1 });
const bob = factsOf(1, 'lobby', 'bob', { enteredMs: 1 });

/** Ann's holder has died; the edges beat on, and another process has taken the shard. */
async function takenOver(...edges: string[]): Promise<{ node: Node; one: TestAsker; two: TestAsker }> {
  const a = await world.node('a');
  const edge = world.asker(a, 'one.aaa');
  resultOf(await edge.create('lobby'), 'done');
  await edge.join('lobby', 1, 'ann');
  const node = await world.node('b');
  await world.clock.pass(5000);
  await a.kill();
  for (let second = 0; second < 8; second++) {
    beatOf(...edges);
    await world.clock.pass(1000);
  }
  return { node, one: world.asker(node, 'one.aaa'), two: world.asker(node, 'two.bbb') };
}
const tell = (edge: TestAsker, ...receivers: string[]): Promise<Answer> =>
  edge.do('lobby', { sendMessage: { body: { text: { text: 'psst' } }, options: { receivers } } }, 1, { facts: ann, commandId: 'tell' });

describe('counts settle', () => {
  test('once every edge that is heard has named what it holds, those that hold nothing too', async () => {
    const { node, one, two } = await takenOver('one', 'two');
    await announce(one, ann);
    expect(await isSettling(node)).toBe(true);
    await announce(two);
    expect(await isSettling(node)).toBe(false);
  });

  test('not by an announcement that is not at its end', async () => {
    const { node, one } = await takenOver('one');
    await one.bulk({ $case: 'announce', value: { shard: shard(), first: true, last: false, sessions: [ann] } });
    expect(await isSettling(node)).toBe(true);
    await one.bulk({ $case: 'announce', value: { shard: shard(), first: false, last: true, sessions: [] } });
    expect(await isSettling(node)).toBe(false);
  });

  test('by the time for it, where an edge that was heard lately does not speak', async () => {
    const { node, one } = await takenOver('one', 'gone');
    await announce(one, ann);
    await world.clock.pass(5000);
    expect(await isSettling(node)).toBe(true);
    await world.clock.pass(10_000);
    expect(await isSettling(node)).toBe(false);
  });

  test('by the time for it, where no edge was heard: they may all be on their way', async () => {
    const { node, one } = await takenOver();
    await announce(one, ann);
    expect(await isSettling(node)).toBe(true);
  });

  test('by the time for it, where the process has only just begun to listen', async () => {
    const a = await world.node('a');
    resultOf(await world.asker(a).create('lobby'), 'done');
    await a.service.drain();
    await a.service.stop();
    const b = await world.node('b');
    await world.clock.pass(1000);
    beatOf('one');
    await announce(world.asker(b, 'one.aaa'), ann);
    expect(await isSettling(b)).toBe(true);
    await world.clock.pass(5000);
    beatOf('one');
    await world.clock.pass(1000);
    expect(await isSettling(b)).toBe(false);
  });
});

describe('meanwhile', () => {
  test('a directed message to who is not known to be here is unavailable and goes to nobody; asked again it goes to all', async () => {
    const { one, two } = await takenOver('one', 'two');
    expect(resultOf(await tell(one, 'ann', 'bob', 'zoe'), 'unavailable').why).toContain('bob, zoe');
    await announce(one, ann);
    await announce(two, bob);
    expect([one.directs, two.directs]).toEqual([[], []]);
    expect(resultOf(await tell(one, 'ann', 'bob', 'zoe'), 'delivered')).toEqual({ sessions: 2, absent: ['zoe'] });
    expect(two.directs).toHaveLength(1);
  });

  test('lists and the search for an account say that they may be short', async () => {
    const { one, two } = await takenOver('one', 'two');
    const asked = async () => [
      resultOf(await one.do('lobby', { listMembers: {} }), 'memberPage').settling,
      resultOf(await one.do('lobby', { getMembers: { accounts: ['bob'] } }), 'membersFound').settling,
      resultOf(await one.do('lobby', { listSessions: { tag: 'vip' } }), 'sessionPage').settling,
      (await one.bulk({ $case: 'findAccount', value: { account: 'bob' } })).map(
        (answer) => 'settling' in answer.value && answer.value.settling,
      ),
    ];
    expect(await asked()).toEqual([true, true, true, [true]]);
    for (const each of [one, two])
      for (let of = 0; of < world.shards; of++)
        await each.bulk({ $case: 'announce', value: { shard: of, first: true, last: true, sessions: [] } });
    expect(await asked()).toEqual([false, false, false, [false]]);
  });
});
