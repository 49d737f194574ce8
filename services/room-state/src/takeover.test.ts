import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { shardOf, type RoomId } from '@plaza/domain';
import { Appender, verifyChain } from '@plaza/log';
import { MemoryLog } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { liveFlags } from '@plaza/protocol';
import { eventually } from '@plaza/testkit';
import { MemoryProjection } from './projection.memory.js';
import { decodeFrame, Ear, textOf } from './testing/ear.js';
import { factsOf, message, resultOf, type Answer } from './testing/test-asker.js';
import { World, type Node } from './testing/compose.js';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.stop());

const shardOfRoom = (room: string): number => shardOf(room as RoomId, world.shards);
/** Silence is noticed after five seconds; the claim and the reading follow. */
const takeover = (): Promise<void> => world.clock.pass(8000);

async function logged(room: string): Promise<Event[]> {
  let previous = 0;
  const events: Event[] = [];
  const log = (await survivor()).log;
  for (const record of await log.read(shardOfRoom(room), 1, 10_000)) {
    verifyChain(previous, record);
    previous = record.sequence;
    for (const batch of LogRecord.decode(record.bytes).batches)
      if (batch.room === room) events.push(...batch.events.map(({ event }) => Event.decode(event)));
  }
  return events;
}
let last: Node;
const survivor = (): Promise<Node> => Promise.resolve(last);
const start = async (id: string): Promise<Node> => (last = await world.node(id));

/** The process that serves the room. */
async function holderOf(room: string, nodes: readonly Node[]): Promise<Node> {
  for (const node of nodes) {
    const answer = await world.asker(node, 'looker').ask(room, { $case: 'getRoom', value: {} });
    if (answer !== 'not-holder') return node;
  }
  throw new Error('nobody holds the room');
}

describe('a claim that was followed by another before it could be read', () => {
  test('is given up, and made again once nobody holds the shard', async () => {
    const rival = new Appender(new MemoryLog(world.logs), { clock: world.clock });
    const projection = new MemoryProjection(world.projections);
    const ends = new AbortController().signal;
    for (let shard = 0; shard < world.shards; shard++) await projection.write(shard, undefined, 1000, []);
    const starting = start('a');
    await eventually(async () => {
      await world.clock.pass(20);
      for (let shard = 0; shard < world.shards; shard++) expect(await new MemoryLog(world.logs).read(shard, 1, 1)).toHaveLength(1);
    });
    for (let shard = 0; shard < world.shards; shard++) {
      const claim = rival.claim(shard, 'rival', 'local:rival', ends);
      await world.clock.pass(20);
      const claimed = await claim;
      if (!('epoch' in claimed)) throw new Error('the rival got no claim');
      await projection.reset(shard);
      await projection.write(shard, undefined, claimed.epoch, []);
    }
    const a = await starting;
    await takeover();
    expect(a.service.ready().ok).toBe(true);
    const edge = world.asker(a);
    await edge.create('lobby');
    resultOf(await edge.join('lobby', 1, 'ann'), 'joined');
  });
});

describe('takeover after a death', () => {
  test('keeps everything that was accepted: profile, roles, mutes, order, and the repeats get their first answers', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await edge.join('lobby', 1, 'ann');
    await edge.ask('lobby', { $case: 'muteMember', value: { account: 'bob', notice: undefined } });
    const first = resultOf(await edge.say('lobby', 1, 'kept', { commandId: 'c1' }), 'accepted');
    await a.kill();
    const b = await start('b');
    await takeover();
    const again = world.asker(b);
    const facts = factsOf(1, 'lobby', 'ann', { enteredMs: 1 });
    expect(resultOf(await again.say('lobby', 1, 'kept', { commandId: 'c1', facts }), 'accepted')).toEqual(first);
    resultOf(await again.join('lobby', 2, 'bob'), 'joined');
    expect(resultOf(await again.say('lobby', 2, 'muted?'), 'refused').code).toBe('muted');
    const next = resultOf(await again.say('lobby', 1, 'next'), 'accepted');
    if ('position' in first) expect(next.position).toBeGreaterThan(first.position);
    expect((await logged('lobby')).flatMap(textOf)).toEqual(['kept', 'next']);
  });

  test('answers what was under way NOT_HOLDER or accepted, never both, and nothing is lost or doubled', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await edge.join('lobby', 1, 'ann');
    const texts = Array.from({ length: 50 }, (_, i) => `m${i}`);
    const answers = new Map<string, Answer>();
    for (const [i, text] of texts.entries()) {
      const [answer] = edge.send(edge.entry('lobby', message(text), { session: 1, commandId: text }));
      void answer!.then((value) => answers.set(text, value));
      if (i % 7 === 0) await world.clock.pass(50);
      if (i === 30) a.log.setConnected(false);
    }
    await a.kill();
    await world.clock.pass(2500);
    const b = await start('b');
    await takeover();
    const accepted = texts.filter((text) => typeof answers.get(text) === 'object');
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(50);
    expect(texts.filter((text) => answers.get(text) === 'not-holder').length).toBe(50 - accepted.length);
    const again = world.asker(b);
    const facts = factsOf(1, 'lobby', 'ann', { enteredMs: 1 });
    for (const text of texts) {
      const answer = resultOf(await again.say('lobby', 1, text, { commandId: text, facts }), 'accepted');
      if (accepted.includes(text)) expect(answer).toEqual(resultOf(answers.get(text)!, 'accepted'));
    }
    expect((await logged('lobby')).flatMap(textOf)).toEqual(texts);
  });

  test('fences a holder that does not know that it was replaced: its commands are told to ask the new one', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await edge.join('lobby', 1, 'ann');
    a.peers.setConnected(false);
    await start('b');
    await takeover();
    expect(await edge.say('lobby', 1, 'from the past', { commandId: 'x' })).toBe('not-holder');
    expect((await logged('lobby')).flatMap(textOf)).toEqual([]);
    expect(await edge.ask('lobby', { $case: 'getRoom', value: {} })).toBe('not-holder');
  });

  test('after the projection was emptied brings all rooms back, cold ones too', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    const rooms = Array.from({ length: 30 }, (_, i) => `room-${i}`);
    for (const room of rooms) resultOf(await edge.create(room), 'done');
    await world.clock.pass(30_000);
    for (const room of rooms.slice(0, 5))
      resultOf(await edge.ask(room, { $case: 'muteMember', value: { account: 'bob', notice: undefined } }), 'done');
    await world.clock.pass(700_000);
    expect(await a.gauge('plaza_room_state_rooms')).toBe(0);
    world.projections.clear();
    await a.kill();
    const b = await start('b');
    await takeover();
    const again = world.asker(b);
    for (const room of rooms) resultOf(await again.ask(room, { $case: 'getRoom', value: {} }), 'roomInfo');
    await again.join('room-3', 1, 'bob');
    expect(resultOf(await again.say('room-3', 1, 'x'), 'refused').code).toBe('muted');
  });

  test('of a shard whose log aged out starts from the projection, above all that was', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    const { position } = resultOf(await edge.create('lobby'), 'done');
    await world.clock.pass(3000);
    await a.kill();
    for (let shard = 0; shard < world.shards; shard++) world.logs.forget(shard);
    const b = await start('b');
    await takeover();
    const again = world.asker(b);
    resultOf(await again.join('lobby', 1, 'ann'), 'joined');
    expect(resultOf(await again.say('lobby', 1, 'hello'), 'accepted').position).toBeGreaterThan(position);
  });

  test('of a shard whose records are missing does not serve, rather than with a hole', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await world.clock.pass(3000);
    await a.kill();
    world.logs.forget(shardOfRoom('lobby'));
    world.projections.clear();
    const claimed = world.snapshots.shard(shardOfRoom('lobby'));
    claimed.manifests = [{ id: 'gone', sequence: 1, chunks: 1, takenMs: 0 }];
    const b = await start('b');
    await takeover();
    expect(await world.asker(b).ask('lobby', { $case: 'getRoom', value: {} })).toBe('not-holder');
    expect(b.service.ready().ok).toBe(false);
  });

  test('publishes the last batch again, for the dead may not have', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await edge.join('lobby', 1, 'ann');
    a.live.setConnected(false);
    const { position } = resultOf(await edge.say('lobby', 1, 'unheard'), 'accepted');
    await a.kill();
    const ear = await Ear.on(world.live, 'lobby', world.shards);
    await start('b');
    await takeover();
    const { header } = ear.batches[0]!;
    expect(ear.texts).toEqual(['unheard']);
    expect(header.last).toBe(position);
    expect(header.flags & liveFlags.republished).toBe(liveFlags.republished);
  });

  test('gives counts back with the announcements, settling meanwhile, and reports nobody as left who had not', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    for (let i = 1; i <= 60; i++) await edge.join('lobby', i, `u${i}`);
    await a.kill();
    const b = await start('b');
    const ear = await Ear.on(world.live, 'lobby', world.shards);
    await takeover();
    const again = world.asker(b);
    const facts = Array.from({ length: 60 }, (_, i) => factsOf(i + 1, 'lobby', `u${i + 1}`, { enteredMs: 1 }));
    const shard = shardOfRoom('lobby');
    const leaving = again.ask('lobby', { $case: 'leave', value: {} }, { session: 60, facts: facts[59]!, disconnected: true });
    await again.bulk({ $case: 'announce', value: { shard, first: true, last: false, sessions: facts.slice(0, 30) } });
    await again.bulk({ $case: 'announce', value: { shard, first: false, last: true, sessions: facts.slice(30, 59) } });
    await leaving;
    await world.clock.pass(1000);
    expect(ear.signals.at(-1)).toMatchObject({ accounts: 59, connections: 59, settling: true });
    await world.clock.pass(25_000);
    expect(ear.signals.at(-1)).toMatchObject({ accounts: 59, connections: 59, settling: false });
    const left = (await logged('lobby')).flatMap(({ kind }) => (kind?.$case === 'left' ? [kind.value.account] : []));
    expect(left).toEqual(['u60']);
  });

  test('does not take a session in again that was kicked before', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await edge.join('lobby', 1, 'ann');
    const enteredMs = world.clock.now();
    await world.clock.pass(1000);
    await edge.do('lobby', { kickMember: { account: 'ann' } });
    await a.kill();
    const b = await start('b');
    await takeover();
    const again = world.asker(b);
    const sessions = [factsOf(1, 'lobby', 'ann', { enteredMs })];
    await again.bulk({ $case: 'announce', value: { shard: shardOfRoom('lobby'), first: true, last: true, sessions } });
    await world.clock.pass(0);
    expect(again.ended).toEqual([{ session: 1, code: 'kicked' }]);
  });
});

describe('hand-over', () => {
  test('to a process that joins loses nothing, and both agree on who holds what', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    const rooms = Array.from({ length: 20 }, (_, i) => `room-${i}`);
    for (const room of rooms) await edge.create(room);
    const b = await start('b');
    await world.clock.pass(3000);
    expect((await a.gauge('plaza_room_state_shards')) + (await b.gauge('plaza_room_state_shards'))).toBe(world.shards);
    expect(await b.gauge('plaza_room_state_shards')).toBeGreaterThan(0);
    for (const room of rooms)
      resultOf(await world.asker(await holderOf(room, [a, b])).ask(room, { $case: 'getRoom', value: {} }), 'roomInfo');
  });

  test('at a drain is quick, and what came last is not lost', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    await edge.create('lobby');
    await edge.join('lobby', 1, 'ann');
    const b = await start('b');
    await world.clock.pass(2000);
    const holder = await holderOf('lobby', [a, b]);
    const asker = world.asker(holder, 'edge-9');
    const [answer] = asker.send(
      asker.entry('lobby', message('last words'), { session: 5, facts: factsOf(5, 'lobby', 'eve', { enteredMs: 1 }) }),
    );
    const fromMs = world.clock.now();
    let isDrained = false;
    void holder.service.drain().then(() => (isDrained = true));
    while (!isDrained) await world.clock.pass(5);
    expect(world.clock.now() - fromMs).toBeLessThan(100);
    resultOf(await answer!, 'accepted');
    await world.clock.pass(100);
    const other = holder === a ? b : a;
    resultOf(await world.asker(other).ask('lobby', { $case: 'getRoom', value: {} }), 'roomInfo');
    expect((await logged('lobby')).flatMap(textOf)).toEqual(['last words']);
  });
});

describe('a fill', () => {
  async function filled(
    node: Node,
    after: number,
  ): Promise<{ texts: string[]; complete: boolean; completeFrom: number; chained: boolean }> {
    const chunks = (await world.asker(node, 'filler').bulk({ $case: 'fill', value: { room: 'lobby', after } })).flatMap((answer) =>
      answer.$case === 'fill' ? [answer.value] : [],
    );
    const frames = chunks.flatMap(({ frames: all }) => all.map(decodeFrame));
    const chained = frames.every(({ header }, i) => i === 0 || frames[i - 1]!.header.last === header.prev);
    const { complete, completeFrom } = chunks.at(-1)!;
    return { texts: frames.flatMap(({ events }) => events.flatMap(textOf)), complete, completeFrom, chained };
  }

  test('comes from the ring, after a takeover too, and from the log behind it', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    const created = resultOf(await edge.create('lobby'), 'done').position;
    await edge.join('lobby', 1, 'ann');
    const positions: number[] = [];
    for (let i = 0; i < 20; i++) {
      positions.push(resultOf(await edge.say('lobby', 1, `m${i}`), 'accepted').position);
      await world.clock.pass(6000);
    }
    const rest = Array.from({ length: 14 }, (_, i) => `m${i + 6}`);
    expect(await filled(a, positions[5]!)).toEqual({ texts: rest, complete: true, completeFrom: 0, chained: true });
    await a.kill();
    const b = await start('b');
    await takeover();
    expect(await filled(b, positions[5]!)).toEqual({ texts: rest, complete: true, completeFrom: 0, chained: true });
    expect(await filled(b, created)).toMatchObject({ complete: true, chained: true });
    expect(await filled(b, positions[19]!)).toEqual({ texts: [], complete: true, completeFrom: 0, chained: true });
  });

  test('that would be too much says from where it is complete', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    const created = resultOf(await edge.create('lobby'), 'done').position;
    await edge.join('lobby', 1, 'ann');
    for (let i = 0; i < 1100; i++) edge.send(edge.entry('lobby', message(`m${i}`), { session: 1 })).forEach((answer) => void answer);
    await world.clock.pass(100);
    for (let i = 0; i < 10; i++) await edge.say('lobby', 1, `n${i}`);
    const { texts, complete, completeFrom, chained } = await filled(a, created);
    expect(complete).toBe(false);
    expect(completeFrom).toBeGreaterThan(created);
    expect(texts.at(-1)).toBe('n9');
    expect(chained).toBe(true);
  });

  test('of a room whose shard is elsewhere says so; heads come in one answer', async () => {
    const a = await start('a');
    const edge = world.asker(a);
    const { position } = resultOf(await edge.create('lobby'), 'done');
    const [answer] = await edge.bulk({ $case: 'heads', value: { rooms: ['lobby', 'no/room'] } });
    expect(answer).toMatchObject({ $case: 'heads', value: { heads: [{ room: 'lobby', head: position, sequence: expect.any(Number) }] } });
    await a.service.drain();
    await world.clock.pass(10);
    const [gone] = await edge.bulk({ $case: 'fill', value: { room: 'lobby', after: 0 } });
    expect(gone).toEqual({ $case: 'notHolder', value: { shard: shardOfRoom('lobby') } });
  });
});
