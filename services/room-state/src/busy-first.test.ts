import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf, type RoomId, type Shard } from '@plaza/domain';
import { Record as LogRecord } from '@plaza/proto/log';
import { World, type Node } from './testing/compose.js';
import { resultOf } from './testing/test-asker.js';

const shards = 32;
const settings = { settleMs: 1500 };
let world: World;
/** What was claimed and released, in the order of the log's answers. */
let changes: { readonly shard: Shard; readonly claimedBy?: string | undefined; readonly releasedBy?: string | undefined }[];

beforeEach(() => {
  world = new World(shards);
  changes = [];
  const append = world.logs.append.bind(world.logs);
  world.logs.append = (shard, expected, bytes) => {
    const answer = append(shard, expected, bytes);
    const { claim, release } = LogRecord.decode(bytes);
    if (answer.kind === 'stored' && (claim ?? release) !== undefined)
      changes.push({ shard, claimedBy: claim?.holder, releasedBy: release?.holder });
    return answer;
  };
});
afterEach(() => world.stop());

const rooms = Array.from({ length: 24 }, (_, i) => `room-${i}`);
const shardOfRoom = (room: string): Shard => shardOf(room as RoomId, shards);
const claimedBy = (id: string): Shard[] => changes.filter((change) => change.claimedBy === id).map(({ shard }) => shard);
const releasedBy = (id: string): Shard[] => changes.filter((change) => change.releasedBy === id).map(({ shard }) => shard);

/** Rooms of which each has a shard of its own, all held by the first of the nodes, and alive: the later, the more is said. */
async function liveRooms(holder: Node, count: number): Promise<{ busiestFirst: Shard[] }> {
  const held = rooms.filter((room, i) => rooms.findIndex((other) => shardOfRoom(other) === shardOfRoom(room)) === i);
  const live: string[] = [];
  const edge = world.asker(holder);
  for (const room of held) {
    if (live.length === count) break;
    if ((await edge.create(room)) !== 'not-holder') live.push(room);
  }
  expect(live).toHaveLength(count);
  for (const [i, room] of live.entries()) await edge.join(room, i + 1, 'ann');
  await world.clock.pass(15_000);
  for (const [i, room] of live.entries())
    for (let said = 0; said <= 3 * i; said++) resultOf(await edge.say(room, i + 1, `m${said}`), 'accepted');
  await world.clock.pass(1100);
  return { busiestFirst: live.map(shardOfRoom).reverse() };
}

describe('shards that rooms are alive in', () => {
  test('are taken over before idle ones when their holder dies, the busiest first', async () => {
    const a = await world.node('a', settings);
    await world.node('b', settings);
    await world.clock.pass(5000);
    const { busiestFirst } = await liveRooms(a, 4);
    changes = [];
    await a.kill();
    await world.clock.pass(8000);
    expect(claimedBy('b').length).toBeGreaterThan(8);
    expect(claimedBy('b').slice(0, 4)).toEqual(busiestFirst);
  });

  test('and cannot be read keep no other from its turn', async () => {
    const a = await world.node('a', settings);
    await world.node('b', settings);
    await world.clock.pass(5000);
    const { busiestFirst } = await liveRooms(a, 5);
    changes = [];
    await a.kill();
    const broken = busiestFirst.slice(0, 4);
    for (const shard of broken) {
      world.logs.forget(shard);
      world.projections.shard(shard).cursor = undefined;
      world.snapshots.shard(shard).manifests = [{ id: 'gone', sequence: 1, chunks: 1, takenMs: 0 }];
    }
    const served = new Set<Shard>();
    world.peers.onBeat((beat) => {
      for (const { shard } of beat.id === 'b' ? beat.shards : []) served.add(shard);
    });
    await world.clock.pass(8000);
    expect(served.size).toBe(shards - broken.length);
    expect(broken.filter((shard) => served.has(shard))).toEqual([]);
  });

  test('are given away first by a process that leaves, and not beside idle ones', async () => {
    const a = await world.node('a', settings);
    await world.node('b', settings);
    await world.clock.pass(5000);
    const { busiestFirst } = await liveRooms(a, 4);
    changes = [];
    void a.service.drain();
    await world.clock.pass(5000);
    expect(releasedBy('a').length).toBeGreaterThan(8);
    expect(releasedBy('a').slice(0, 4)).toEqual(busiestFirst);
    const firstChanges = changes.slice(0, 8).map(({ shard }) => shard);
    expect(new Set(firstChanges)).toEqual(new Set(busiestFirst));
  });

  test('are given last to a process that joins, and their new holder says that they are busy', async () => {
    const a = await world.node('a', settings);
    const { busiestFirst } = await liveRooms(a, 8);
    changes = [];
    const said = new Map<Shard, number>();
    world.peers.onBeat((beat) => {
      for (const { shard, recentEvents = 0 } of beat.id === 'b' ? beat.shards : []) said.set(shard, recentEvents);
    });
    await world.node('b', settings);
    await world.clock.pass(3000);
    const moved = busiestFirst.filter((shard) => claimedBy('b').includes(shard));
    expect(moved.length).toBeGreaterThan(0);
    expect(releasedBy('a').slice(-moved.length)).toEqual(moved);
    for (const shard of moved) expect(said.get(shard)).toBeGreaterThan(0);
    expect([...said.values()].filter((events) => events > 0)).toHaveLength(moved.length);
  });

  test('of an older holder, which does not say which they are, are taken over as ever', async () => {
    const old = { kind: 'room-state', id: 'old', address: 'local:old', draining: false };
    const all = Array.from({ length: shards }, (_, shard) => ({ shard, epoch: 1 }));
    const beating = world.clock.every(1000, () => world.peers.beat({ ...old, atMs: world.clock.now(), shards: all }));
    await world.node('b', settings);
    await world.clock.pass(3000);
    expect(claimedBy('b')).toEqual([]);
    beating.cancel();
    await world.clock.pass(8000);
    expect(claimedBy('b')).toEqual(all.map(({ shard }) => shard));
  });
});
