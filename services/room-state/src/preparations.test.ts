import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf, type RoomId, type Shard } from '@plaza/domain';
import { Record as LogRecord } from '@plaza/proto/log';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { Preparations } from './preparations.js';
import type { PreparedPast } from './recovery.js';
import { World, type Node } from './testing/compose.js';
import { decodeFrame, textOf } from './testing/ear.js';
import { factsOf, resultOf } from './testing/test-asker.js';

describe('the shards that come next', () => {
  const scene = (events: Readonly<Record<Shard, number>>) => {
    const reading = new Map<Shard, { signal: AbortSignal; end: (past?: PreparedPast) => Promise<void> }>();
    let told = 0;
    const clock = new FakeClock();
    const preparations = new Preparations({
      clock,
      logger: quietLogger(),
      eventsOf: (shard) => events[shard] ?? 0,
      prepare: (shard, signal) =>
        new Promise((resolve) => {
          const end = async (past?: PreparedPast): Promise<void> => {
            resolve(past);
            await new Promise(setImmediate);
          };
          reading.set(shard, { signal, end });
        }),
      prepared: () => told++,
    });
    return { clock, preparations, reading, told: () => told };
  };
  const past = { through: 7 } as PreparedPast;
  const all = [0, 1, 2, 3, 4];

  test('are read two at a time, the busiest first, and idle ones not at all', async () => {
    const { preparations, reading, told } = scene({ 1: 5, 2: 90, 3: 20 });
    preparations.expect(all, []);
    expect([...reading.keys()]).toEqual([2, 3]);
    await reading.get(2)!.end(past);
    expect([preparations.ready, told()]).toEqual([[2], 1]);
    preparations.expect(all, []);
    expect([...reading.keys()]).toEqual([2, 3, 1]);
  });

  test('are given out once, also while they are read', async () => {
    const { preparations, reading } = scene({ 2: 90 });
    preparations.expect(all, []);
    const taken = preparations.take(2);
    await reading.get(2)!.end(past);
    expect([await taken, await preparations.take(2), preparations.ready]).toEqual([past, undefined, []]);
  });

  test('are not waited for long by who claims them', async () => {
    const { clock, preparations, reading } = scene({ 2: 90 });
    preparations.expect(all, []);
    const taken = preparations.take(2);
    await clock.pass(500);
    expect([await taken, reading.get(2)!.signal.aborted]).toEqual([undefined, true]);
  });

  test('stay while they are free to be claimed, and are dropped when another takes them', async () => {
    const { preparations, reading, told } = scene({ 2: 90, 3: 20 });
    preparations.expect(all, []);
    await reading.get(2)!.end(past);
    preparations.expect([], [2, 3]);
    expect([preparations.ready, reading.get(3)!.signal.aborted]).toEqual([[2], false]);
    preparations.expect([], []);
    await reading.get(3)!.end(past);
    expect([preparations.ready, reading.get(3)!.signal.aborted, told()]).toEqual([[], true, 1]);
  });

  test('that cannot be read are given away all the same', async () => {
    const { preparations, reading } = scene({ 2: 90 });
    preparations.expect(all, []);
    await reading.get(2)!.end(undefined);
    expect([preparations.ready, await preparations.take(2)]).toEqual([[2], undefined]);
  });
});

describe('a hand-over of a shard that rooms are alive in', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.stop());

  const shard = (): Shard => shardOf('lobby' as RoomId, world.shards);

  /** A room with a past of 40 messages in the last minute, held by the first node; the second is its heir. */
  async function live(): Promise<{ holder: Node; heir: Node; created: number; first: unknown }> {
    const nodes = [await world.node('a'), await world.node('b')];
    await world.clock.pass(3000);
    for (const [i, holder] of nodes.entries()) {
      const edge = world.asker(holder);
      const made = await edge.create('lobby');
      if (made === 'not-holder') continue;
      await edge.join('lobby', 1, 'ann');
      await edge.do('lobby', { muteMember: { account: 'bob' } });
      const first = resultOf(await edge.say('lobby', 1, 'm0', { commandId: 'c0' }), 'accepted');
      for (let said = 1; said < 40; said++) resultOf(await edge.say('lobby', 1, `m${said}`), 'accepted');
      await world.clock.pass(2000);
      return { holder, heir: nodes[1 - i]!, created: resultOf(made, 'done').position, first };
    }
    throw new Error('nobody holds the room');
  }

  async function isWhole({ heir, created, first }: Awaited<ReturnType<typeof live>>): Promise<void> {
    const edge = world.asker(heir);
    const ann = { facts: factsOf(1, 'lobby', 'ann', { enteredMs: 1 }) };
    const bob = { facts: factsOf(2, 'lobby', 'bob', { enteredMs: 1 }) };
    expect(resultOf(await edge.say('lobby', 1, 'm0', { commandId: 'c0', ...ann }), 'accepted')).toEqual(first);
    expect(resultOf(await edge.say('lobby', 2, 'muted?', bob), 'refused').code).toBe('muted');
    resultOf(await edge.say('lobby', 1, 'last'), 'accepted');
    const chunks = await edge.bulk({ $case: 'fill', value: { room: 'lobby', after: created } });
    const frames = chunks.flatMap((answer) => (answer.$case === 'fill' ? answer.value.frames.map(decodeFrame) : []));
    const texts = Array.from({ length: 40 }, (_, i) => `m${i}`);
    expect(frames.flatMap(({ events }) => events.flatMap(textOf))).toEqual([...texts, 'last']);
  }

  test('finds its past read: after the claim only what came since is', async () => {
    const scene = await live();
    let claimed = false;
    const append = world.logs.append.bind(world.logs);
    world.logs.append = (at, expected, bytes) => {
      claimed ||= at === shard() && LogRecord.decode(bytes).claim?.holder !== undefined;
      return append(at, expected, bytes);
    };
    const counts = { before: 0, after: 0 };
    const read = scene.heir.log.read.bind(scene.heir.log);
    scene.heir.log.read = async (at, from, max) => {
      const records = await read(at, from, max);
      if (at === shard()) counts[claimed ? 'after' : 'before'] += records.length;
      return records;
    };
    void scene.holder.service.drain();
    await world.clock.pass(3000);
    expect(counts.before).toBeGreaterThanOrEqual(40);
    expect(counts.after).toBeLessThan(5);
    await isWhole(scene);
  });

  test('is read anew where the projection was lost meanwhile', async () => {
    const scene = await live();
    let lost = false;
    world.peers.onBeat(({ prepared }) => {
      if (lost || !prepared?.shards.includes(shard())) return;
      lost = true;
      world.projections.shard(shard()).cursor = undefined;
    });
    void scene.holder.service.drain();
    await world.clock.pass(6000);
    expect(lost).toBe(true);
    await isWhole(scene);
  });
});
