import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf, type RoomId } from '@plaza/domain';
import { World, type Node } from './testing/compose.js';
import { Ear } from './testing/ear.js';
import { factsOf, message, resultOf, type TestAsker } from './testing/test-asker.js';

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

const enter = async (session: number, deviceId: string, deviceKind = 'web') => {
  await world.clock.pass(10);
  return edge.join('lobby', session, 'ann', { deviceId, deviceKind });
};
const policy = async (settings: Record<string, unknown>): Promise<void> => {
  resultOf(await edge.do('lobby', { changeSettings: { settings } }), 'done');
};
const here = async (): Promise<string[]> => {
  const { members } = resultOf(await edge.do('lobby', { listMembers: {} }), 'memberPage');
  return members.flatMap(({ devices }) => devices.map(({ id }) => id));
};
const kinds = (): (string | undefined)[] => ear.batches.flatMap(({ events }) => events.map(({ kind }) => kind?.$case));

describe('several devices of an account', () => {
  test.each([
    ['together, the newest wins: the oldest beyond the number goes', { devices: 2 }, ['b', 'c'], ['a']],
    ['one of a kind, the newest wins: only its kind goes', { devicePolicy: 'DEVICE_POLICY_ONE_PER_KIND' }, ['b', 'c'], ['a']],
    ['one in all, the newest wins: the others go', { devicePolicy: 'DEVICE_POLICY_ONE' }, ['c'], ['a', 'b']],
  ])('%s', async (_, settings, stay, go) => {
    await policy(settings);
    resultOf(await enter(1, 'a', 'web'), 'joined');
    resultOf(await enter(2, 'b', 'ios'), 'joined');
    resultOf(await enter(3, 'c', 'web'), 'joined');
    expect(await here()).toEqual(stay);
    const sessions = { a: 1, b: 2, c: 3 } as Record<string, number>;
    expect(edge.ended).toEqual(go.map((device) => ({ session: sessions[device], code: 'other-device' })));
    expect(kinds().filter((kind) => kind === 'entered' || kind === 'left')).toEqual(['entered']);
  });

  test.each([
    ['together', { devices: 2 }],
    ['one of a kind', { devicePolicy: 'DEVICE_POLICY_ONE_PER_KIND', devices: 10 }],
    ['one in all', { devicePolicy: 'DEVICE_POLICY_ONE', devices: 1 }],
  ])('%s, the newest is refused, and the same device replaces itself all the same', async (_, settings) => {
    resultOf(await enter(1, 'a'), 'joined');
    if (settings.devices === 2) resultOf(await enter(2, 'b'), 'joined');
    await policy({ ...settings, deviceConflict: 'DEVICE_CONFLICT_NEWEST_REFUSED' });
    expect(resultOf(await enter(3, 'c'), 'refused').code).toBe('too-many-devices');
    resultOf(await enter(4, 'a'), 'joined');
    expect(edge.ended).toEqual([{ session: 1, code: 'replaced' }]);
  });

  test('that went for another one may come again, and then the other goes', async () => {
    await policy({ devicePolicy: 'DEVICE_POLICY_ONE' });
    await enter(1, 'a');
    await enter(2, 'b');
    expect(await edge.ask('lobby', message('from a'), { session: 1 })).toBe('unknown-session');
    await enter(3, 'a');
    expect(edge.ended.map(({ session }) => session)).toEqual([1, 2]);
  });

  test('a join again in the same session is no other device', async () => {
    await policy({ devicePolicy: 'DEVICE_POLICY_ONE', deviceConflict: 'DEVICE_CONFLICT_NEWEST_REFUSED' });
    resultOf(await enter(1, 'a'), 'joined');
    resultOf(await enter(1, 'a'), 'joined');
    resultOf(await enter(2, ''), 'refused');
  });
});

describe('who was removed is not taken in again on the word of an edge', () => {
  const removals: [string, Record<string, unknown>, string][] = [
    ['kicked', { kickMember: { account: 'ann' } }, 'not-joined'],
    ['kicked', { kickMember: { account: 'ann', refuseSeconds: 600 } }, 'not-joined'],
    ['blocked', { blockMember: { account: 'ann' } }, 'blocked'],
    ['device-blocked', { blockDevice: { deviceId: 'd1', seconds: 600 } }, 'device-blocked'],
    ['room-closed', { closeRoom: {} }, 'room-closed'],
  ];

  test.each(removals)('%s %j', async (code, command, refusal) => {
    await enter(1, 'd1');
    const stale = factsOf(1, 'lobby', 'ann', { deviceId: 'd1', enteredMs: world.clock.now() });
    await world.clock.pass(10);
    resultOf(await edge.do('lobby', command), 'done');
    expect(await here()).toEqual([]);
    expect(ear.batches.at(-1)!.control.removals).toMatchObject([{ code }]);
    const other = world.asker(node, 'edge-2');
    const shard = shardOf('lobby' as RoomId, world.shards);
    await other.bulk({ $case: 'announce', value: { shard, first: true, last: true, sessions: [stale] } });
    await world.clock.pass(10);
    expect(other.ended).toEqual([{ session: 1, code }]);
    const late = await edge.ask('lobby', message('x'), { session: 1, facts: stale });
    expect(resultOf(late, 'refused').code).toBe(refusal);
  });

  test.each([
    ['kickMember', { account: 'ann', refuseSeconds: 600 }, 'kicked'],
    ['blockMember', { account: 'ann' }, 'blocked'],
    ['blockDevice', { deviceId: 'd1', seconds: 600 }, 'device-blocked'],
  ])('%s: also minutes later', async (command, value, code) => {
    await enter(1, 'd1');
    const stale = factsOf(1, 'lobby', 'ann', { deviceId: 'd1', enteredMs: world.clock.now() });
    resultOf(await edge.do('lobby', { [command]: value }), 'done');
    await world.clock.pass(120_000);
    const shard = shardOf('lobby' as RoomId, world.shards);
    await edge.bulk({ $case: 'announce', value: { shard, first: true, last: true, sessions: [stale] } });
    await world.clock.pass(10);
    expect(edge.ended).toEqual([{ session: 1, code }]);
  });
});
