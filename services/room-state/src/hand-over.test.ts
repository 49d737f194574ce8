import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CommandRouter, ShardTable, type CommandOutcome } from '@plaza/bus';
import { LocalRoomGateway } from '@plaza/bus/memory';
import { shardOf, type RoomId, type Shard } from '@plaza/domain';
import { verifyChain } from '@plaza/log';
import { MemoryLog } from '@plaza/log/memory';
import { Event, Reply } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { encodeCommand } from '@plaza/protocol';
import { FakeClock } from '@plaza/testkit';
import { HandOver } from './hand-over.js';
import { World, type Node } from './testing/compose.js';
import { textOf } from './testing/ear.js';
import { commandOf, factsOf, message } from './testing/test-asker.js';

const atOnce = 4;

describe('the turns of a hand-over', () => {
  const scene = (events: Readonly<Record<Shard, number>> = {}, isLeaving = true, unprepared: readonly Shard[] = []) => {
    const clock = new FakeClock();
    const taken = new Set<Shard>();
    const prepared = new Set(Array.from({ length: 10 }, (_, shard) => shard).filter((shard) => !unprepared.includes(shard)));
    const underWay = new Map<Shard, true>();
    const handOver = new HandOver({
      clock,
      isHeldByAnother: (shard) => taken.has(shard),
      isPrepared: (shard) => prepared.has(shard),
      eventsOf: (shard) => events[shard] ?? 0,
      isLeaving: () => isLeaving,
    });
    const wanted = new Set(Array.from({ length: 10 }, (_, shard) => shard));
    const next = (): Shard[] => {
      const turn = handOver.next([...wanted], underWay);
      for (const shard of turn) underWay.set(shard, true);
      return turn;
    };
    const released = (shard: Shard): void => {
      handOver.released(shard);
      underWay.delete(shard);
      wanted.delete(shard);
    };
    const changesHands = (...shards: Shard[]): void => {
      for (const shard of shards) {
        released(shard);
        taken.add(shard);
      }
    };
    return { clock, taken, prepared, next, released, changesHands };
  };

  test('are those of a few, until one of them is in other hands', () => {
    const { taken, next, released } = scene();
    expect(next()).toEqual([0, 1, 2, 3]);
    expect(next()).toEqual([]);
    released(1);
    expect(next()).toEqual([]);
    taken.add(1);
    expect(next()).toEqual([4]);
    expect(next()).toEqual([]);
  });

  test('do not wait for ever for a shard that nobody takes', async () => {
    const { clock, next, released } = scene();
    for (const shard of next()) released(shard);
    await clock.pass(900);
    expect(next()).toEqual([]);
    await clock.pass(100);
    expect(next()).toEqual([4, 5, 6, 7]);
  });

  test('of who leaves begin with the busy shards, the busiest first; idle ones wait until those are in other hands', () => {
    const { next, changesHands } = scene({ 3: 5, 7: 90, 8: 20 });
    expect(next()).toEqual([7, 8, 3]);
    changesHands(7, 3);
    expect(next()).toEqual([]);
    changesHands(8);
    expect(next()).toEqual([0, 1, 2, 4]);
  });

  test('of busy shards come when their heir has read their past; others wait behind them, or go first if they are ready', () => {
    const { prepared, next, changesHands } = scene({ 3: 5, 7: 90, 8: 20 }, true, [0, 3, 7]);
    expect(next()).toEqual([8]);
    changesHands(8);
    expect(next()).toEqual([]);
    prepared.add(7);
    expect(next()).toEqual([7]);
    prepared.add(3);
    expect(next()).toEqual([3]);
    changesHands(7, 3);
    expect(next()).toEqual([0, 1, 2, 4]);
  });

  test('of busy shards come unprepared, too, when it takes too long', async () => {
    const { clock, next } = scene({ 3: 5, 7: 90 }, true, [3, 7]);
    expect(next()).toEqual([]);
    await clock.pass(2900);
    expect(next()).toEqual([]);
    await clock.pass(100);
    expect(next()).toEqual([7, 3]);
  });

  test('of who stays end with the busy shards: who has just come gets warm by the idle ones', () => {
    const { next, changesHands } = scene({ 0: 5, 7: 90 }, false);
    expect(next()).toEqual([1, 2, 3, 4]);
    changesHands(1, 2, 3, 4);
    expect(next()).toEqual([5, 6, 8, 9]);
    changesHands(5, 6, 8);
    expect(next()).toEqual([]);
    changesHands(9);
    expect(next()).toEqual([7, 0]);
  });
});

describe('a hand-over', () => {
  let world: World;
  let gateway: LocalRoomGateway;
  let router: CommandRouter;
  let table: ShardTable;
  beforeEach(() => {
    world = new World(32);
    gateway = new LocalRoomGateway();
    const { clock, peers } = world;
    table = new ShardTable();
    peers.onBeat((beat) => table.apply(beat, clock.now()));
    const limits = { unansweredPerShard: 1000 };
    const deaf = { onEnded: () => undefined, onDelivery: () => undefined };
    router = new CommandRouter({ shards: 32, table, gateway, peers, asker: 'edge', clock, limits, factsOf: factsOfTalker, ...deaf });
  });
  afterEach(async () => {
    router.close();
    await world.stop();
  });

  const rooms = Array.from({ length: 64 }, (_, i) => `room-${i}`);
  const factsOfTalker = (session: number) => factsOf(session, rooms[session - 1]!, `talker-${session}`, { enteredMs: 1 });

  /** Shards that are released and not claimed again: how many there were at most since. */
  let between: Set<Shard>;
  let most: number;
  const node = async (id: string): Promise<Node> => {
    const started = await world.node(id, { settleMs: 1500 });
    gateway.serve(`local:${id}`, started.service.door);
    return started;
  };
  beforeEach(() => {
    between = new Set();
    most = 0;
    const append = world.logs.append.bind(world.logs);
    world.logs.append = (shard, expected, bytes) => {
      const answer = append(shard, expected, bytes);
      const { claim, release } = LogRecord.decode(bytes);
      if (answer.kind === 'stored' && release !== undefined) between.add(shard);
      if (answer.kind === 'stored' && claim !== undefined) between.delete(shard);
      most = Math.max(most, between.size);
      return answer;
    };
  });

  const submit = (room: number, json: Parameters<typeof encodeCommand>[0], commandId: string, session: number): Promise<CommandOutcome> =>
    router.submit({ room: rooms[room]!, session, commandId, ...encodeCommand(json) });

  /** Lets time go by in small steps until the work is done. */
  async function settled<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    void work.finally(() => (isDone = true));
    while (!isDone) await world.clock.pass(5);
    return work;
  }

  async function logged(room: string): Promise<string[]> {
    const records = await new MemoryLog(world.logs).read(shardOf(room as RoomId, world.shards), 1, 10_000);
    records.reduce((previous, record) => (verifyChain(previous, record), record.sequence), 0);
    const batches = records.flatMap(({ bytes }) => LogRecord.decode(bytes).batches).filter((batch) => batch.room === room);
    return batches.flatMap(({ events }) => events.flatMap(({ event }) => textOf(Event.decode(event))));
  }

  test('leaves a few shards at a time without a holder; what is asked meanwhile is done once, in order, and nobody hears an error', async () => {
    const first = await node('a');
    await settled(Promise.all(rooms.map((_, room) => submit(room, commandOf({ createRoom: { creator: 'host' } }), `create-${room}`, 0))));
    await node('b');
    await world.clock.pass(3000);
    most = 0;
    const outcomes: Promise<CommandOutcome>[] = [];
    const said: string[] = [];
    const drain = { isDone: false };
    void first.service.drain().then(() => (drain.isDone = true));
    for (let round = 0; !drain.isDone || round < 5; round++) {
      said.push(`m${round}`);
      for (const room of rooms.keys()) outcomes.push(submit(room, message(`m${round}`), `say-${room}-${round}`, room + 1));
      await world.clock.pass(5);
    }
    const answers = (await settled(Promise.all(outcomes))).map((outcome) =>
      'reply' in outcome ? Reply.decode(outcome.reply).result?.$case : 'unavailable',
    );
    expect(new Set(answers)).toEqual(new Set(['accepted']));
    for (const room of rooms) expect(await logged(room)).toEqual(said);
    expect(await first.gauge('plaza_room_state_shards')).toBe(0);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(atOnce);
  });

  test('to a process that joins goes the same way', async () => {
    await node('a');
    const second = await node('b');
    await world.clock.pass(5000);
    expect(await second.gauge('plaza_room_state_shards')).toBeGreaterThan(atOnce);
    expect(between.size).toBe(0);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(atOnce);
  });

  test('of one shard to the process that was asked to take it: the newest ask counts, and lasts as long as its process takes shards', async () => {
    const [a, b, c] = [await node('a'), await node('b'), await node('c')];
    await world.clock.pass(5000);
    const shard = shardOf(rooms[0] as RoomId, world.shards);
    const holder = (): string | undefined => table.holderOf(shard)?.id;
    const ask = async (taker: Node, number: number): Promise<void> => {
      const link = router.askProcess(
        { id: taker.service.id, address: `local:${taker.service.id}` },
        { $case: 'takeShard', value: { shard } },
        ends,
      );
      for await (const { answer, done } of link) expect([number, answer?.$case, done]).toEqual([number, 'takingShard', true]);
      await world.clock.pass(3000);
      expect([number, holder()]).toEqual([number, taker.service.id]);
    };
    const ends = new AbortController().signal;
    const total = async (): Promise<number> => {
      const held = await Promise.all([a, b, c].map((each) => each.gauge('plaza_room_state_shards')));
      return held.reduce((sum, count) => sum + count, 0);
    };
    for (const [number, taker] of [a, b, c, b, b, a].entries()) await ask(taker, number);
    expect(await total()).toBe(world.shards);
    await settled(a.service.drain());
    await world.clock.pass(3000);
    expect(['b', 'c']).toContain(holder());
    expect(await total()).toBe(world.shards);
  });

  test('to nobody takes no longer than the log', async () => {
    const alone = await node('a');
    const drained = alone.service.drain();
    await world.clock.pass(0);
    await drained;
    expect(between.size).toBe(world.shards);
  });

  test('that its heir cannot take ends in time all the same, and the shards are free', async () => {
    const first = await node('a');
    const second = await node('b');
    await world.clock.pass(3000);
    const held = await first.gauge('plaza_room_state_shards');
    second.log.setConnected(false);
    await settled(first.service.drain());
    expect(between.size).toBe(held);
    second.log.setConnected(true);
    await world.clock.pass(5000);
    expect(await second.gauge('plaza_room_state_shards')).toBe(world.shards);
  });
});
