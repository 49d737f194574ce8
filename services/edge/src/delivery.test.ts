import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { commandKinds } from '@plaza/protocol';
import type { Beat } from '@plaza/proto/room';
import { eventually } from '@plaza/testkit';
import { EdgeWorld } from './edge.fixture.js';

let world: EdgeWorld;
const open = async (settings: ConstructorParameters<typeof EdgeWorld>[0] = {}): Promise<void> => {
  world = new EdgeWorld(settings);
  await world.start();
};
beforeEach(() => open());
afterEach(() => world.stop());

describe('a lost live frame', () => {
  test('is filled before anything newer goes out', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.say('lobby', 'one');
    world.rooms.say('lobby', 'two', { lost: true });
    world.rooms.say('lobby', 'three', { lost: true });
    world.rooms.say('lobby', 'four');
    await eventually(() => expect(ann.texts('lobby')).toEqual(['one', 'two', 'three', 'four']));
    expect(await world.figure('plaza_edge_gaps_total')).toBe(1);
  });

  test('that was the last one is noticed by the head of a signal', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.say('lobby', 'one');
    world.rooms.say('lobby', 'two', { lost: true });
    world.rooms.signal('lobby', { accounts: 1 });
    await eventually(() => expect(ann.texts('lobby')).toEqual(['one', 'two']));
  });

  test('that nobody has any more is told as a hole', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.say('lobby', 'one');
    await eventually(() => expect(ann.texts('lobby')).toEqual(['one']));
    world.rooms.say('lobby', 'two', { lost: true });
    world.rooms.floor = 1020;
    world.rooms.say('lobby', 'three');
    await eventually(() => expect(ann.batches('lobby').at(-1)?.last).toBe(1030));
    expect(ann.bodies('incomplete')).toEqual([{ room: 'lobby', after: 1010, until: 1020 }]);
  });

  test('hidden events move readers on', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.say('lobby', 'secret', { hidden: true });
    world.rooms.say('lobby', 'open');
    await eventually(() => expect(ann.texts('lobby')).toEqual(['open']));
    expect(ann.batches('lobby').map(({ prev, last }) => [prev, last])).toEqual([
      [1000, 1010],
      [1010, 1020],
    ]);
  });
});

describe('a resume', () => {
  test('from before what can be had says from where it is complete', async () => {
    const ann = await world.connect(`?token=${world.token('ann')}`);
    for (let i = 0; i < 4; i++) world.rooms.say('lobby', `line ${i}`);
    world.rooms.floor = 1020;
    const reply = await ann.join('lobby', 1000);
    expect(reply.result).toMatchObject({ $case: 'joined', value: { complete: false, completeFrom: 1020 } });
    await eventually(() => expect(ann.texts('lobby')).toEqual(['line 2', 'line 3']));
    expect(ann.batches('lobby')[0]?.prev).toBe(1020);
    expect(await world.registry.getSingleMetricAsString('plaza_edge_incompletes_total')).toMatch(/^plaza_edge_incompletes_total.* 1$/m);
  });

  test('in the room already gives the same again, without a new presence', async () => {
    const ann = await world.enter('ann', 'lobby');
    for (let i = 0; i < 3; i++) world.rooms.say('lobby', `line ${i}`);
    await eventually(() => expect(ann.texts('lobby').length).toBe(3));
    ann.frames.length = 0;
    await ann.join('lobby', 1010);
    world.rooms.say('lobby', 'now');
    await eventually(() => expect(ann.texts('lobby')).toEqual(['line 1', 'line 2', 'now']));
    const joins = world.rooms.entries.filter(({ kind }) => kind === commandKinds.join);
    expect(new Set(joins.map(({ session }) => session)).size).toBe(1);
  });

  test('of many who lost their edge asks the holder for each stretch once', async () => {
    for (let i = 0; i < 50; i++) world.rooms.say('lobby', `line ${i}`);
    const clients = await Promise.all(Array.from({ length: 20 }, (_, i) => world.connect(`?token=${world.token(`account-${i}`)}`)));
    await Promise.all(clients.map((client) => client.join('lobby', 1100)));
    const all = Array.from({ length: 40 }, (_, i) => `line ${i + 10}`);
    for (const client of clients) await eventually(() => expect(client.texts('lobby')).toEqual(all));
    expect(world.rooms.asks.filter(({ $case }) => $case === 'fill').length).toBe(1);
  });

  test('with 30 of its rooms at the head while the room talks has neither hole nor repeat', async () => {
    await world.enter('ann', 'lobby');
    const joined: { after: number; texts: () => string[] }[] = [];
    for (let i = 0; i < 30; i++) {
      world.rooms.say('lobby', `line ${i}`);
      const bob = await world.connect(`?token=${world.token(`bob-${i}`)}`);
      const after = 1000 + 10 * Math.floor(i / 2);
      void bob.join('lobby', after);
      world.rooms.say('lobby', `also ${i}`);
      joined.push({ after, texts: () => bob.texts('lobby') });
    }
    const all = Array.from({ length: 30 }, (_, i) => [`line ${i}`, `also ${i}`]).flat();
    for (const { after, texts } of joined) await eventually(() => expect(texts()).toEqual(all.slice((after - 1000) / 10)));
  });
});

describe('leaving a room', () => {
  const kick = { account: 'ann', code: 'kicked', why: 'spam' };

  test('by a kick: everything until then, the notice, then silence; the connection stays and may come back', async () => {
    const ann = await world.enter('ann', 'lobby');
    const bob = await world.enter('bob', 'lobby');
    await ann.join('other');
    world.rooms.say('lobby', 'before');
    world.rooms.say('lobby', 'kicked', { removal: kick });
    world.rooms.say('lobby', 'after');
    await eventually(() => expect(ann.bodies('removed')).toEqual([{ room: 'lobby', code: 'kicked', why: 'spam' }]));
    await eventually(() => expect(bob.texts('lobby')).toEqual(['before', 'kicked', 'after']));
    expect(ann.texts('lobby')).toEqual(['before', 'kicked']);
    expect((await ann.say('lobby', 'x')).result).toMatchObject({ value: { code: 'not-joined' } });
    expect((await ann.say('other', 'x')).result?.$case).toBe('accepted');
    expect((await ann.join('lobby')).result?.$case).toBe('joined');
  });

  test('by the end of the room: everybody', async () => {
    const all = [await world.enter('ann', 'lobby'), await world.enter('bob', 'lobby', 'plaza.v1.json')];
    world.rooms.say('lobby', 'closed', { removal: { account: '', code: 'room-closed', why: '' } });
    for (const client of all) await eventually(() => expect(client.bodies('removed')[0]?.code).toBe('room-closed'));
  });

  test('by the same device elsewhere: go away, and do not come back by yourself', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.end(world.rooms.entries[0]!.session, 'replaced');
    await eventually(() => expect(ann.closedBy).toBe(4409));
    expect(ann.bodies('goAway')).toEqual([{ code: 4409, reason: 'replaced', retryAfterMs: undefined }]);
    expect(world.rooms.entries.some(({ kind }) => kind === commandKinds.leave)).toBe(false);
  });

  test('by closing the socket is told to the holder', async () => {
    const ann = await world.enter('ann', 'lobby');
    const { session } = world.rooms.entries[0]!;
    ann.socket.terminate();
    await eventually(() => expect(world.rooms.entries.at(-1)).toMatchObject({ kind: commandKinds.leave, session, disconnected: true }));
  });
});

describe('trouble around the edge', () => {
  test('a bus that was away: clients see it, and lack nothing afterwards', async () => {
    const ann = await world.enter('ann', 'lobby');
    world.rooms.say('lobby', 'one');
    await eventually(() => expect(ann.texts('lobby')).toEqual(['one']));
    world.live.setConnected(false);
    world.rooms.say('lobby', 'two');
    await eventually(() => expect(ann.bodies('signal').at(-1)?.stale).toBe(true));
    expect(world.edge.ready().ok).toBe(false);
    world.live.setConnected(true);
    await eventually(() => expect(ann.texts('lobby')).toEqual(['one', 'two']));
    await eventually(() => expect(ann.bodies('signal').at(-1)?.stale).toBe(false));
    expect(world.rooms.asks.some(({ $case }) => $case === 'heads')).toBe(true);
  });

  test('a link that breaks, and a new claim: the holder is told who is here', async () => {
    await world.enter('ann', 'lobby');
    await world.enter('bob', 'lobby');
    const accounts = (): string[] => world.rooms.announced.map(({ account }) => account).sort();
    world.rooms.announced.length = 0;
    world.hold(2);
    await eventually(() => expect(accounts()).toEqual(['ann', 'bob']));
    world.rooms.announced.length = 0;
    world.gateway.breakLinks();
    world.hold(2);
    await eventually(async () => {
      await world.enter(`carl-${Date.now()}`, 'lobby');
      expect(accounts()).toEqual(expect.arrayContaining(['ann', 'bob']));
    });
  });

  test('a command on a link that breaks is carried out by whoever holds the room then', async () => {
    const ann = await world.enter('ann', 'lobby');
    const reply = ann.say('lobby', 'x');
    world.gateway.breakLinks();
    expect((await reply).result?.$case).toBe('accepted');
  });

  test('an edge that goes away sends its sockets away first, with their own time to come back', async () => {
    await world.stop();
    await open({ drainPerSecond: 20 });
    const clients = await Promise.all(['ann', 'bob', 'carl'].map((account) => world.enter(account, 'lobby')));
    const drained = world.edge.drain();
    expect(world.edge.ready().ok).toBe(false);
    await expect(world.connect()).rejects.toThrow('503');
    await drained;
    for (const client of clients) {
      await eventually(() => expect(client.closedBy).toBe(4504));
      expect(client.bodies('goAway')[0]).toMatchObject({ code: 4504, reason: 'draining', retryAfterMs: expect.any(Number) });
    }
    expect(world.rooms.entries.filter(({ kind }) => kind === commandKinds.leave).length).toBe(3);
  });

  test('an edge that is ordered to drain sends its sockets away and goes on; called off, it takes clients again', async () => {
    await world.stop();
    await open({ drainPerSecond: 20, id: 'edge-1' });
    const beats: Beat[] = [];
    world.peers.onBeat((beat) => beat.kind === 'edge' && beats.push(beat));
    const clients = await Promise.all(['ann', 'bob', 'carl'].map((account) => world.enter(account, 'lobby')));
    world.peers.order({ id: 'edge-2', drain: true });
    await eventually(() => expect(beats.at(-1)).toMatchObject({ draining: false, sockets: 3 }));
    for (const drain of [true, true]) world.peers.order({ id: 'edge-1', drain });
    await eventually(() => expect(world.edge.ready().ok).toBe(false));
    for (const client of clients) await eventually(() => expect(client.closedBy).toBe(4504));
    await eventually(() => expect(beats.at(-1)).toMatchObject({ draining: true, sockets: 0 }));
    await expect(world.connect()).rejects.toThrow('503');
    world.peers.order({ id: 'edge-1', drain: false });
    await eventually(() => expect(world.edge.ready().ok).toBe(true));
    const back = await world.enter('ann', 'lobby');
    expect((await back.say('lobby', 'x')).result?.$case).toBe('accepted');
    const leaving = world.edge.drain();
    world.peers.order({ id: 'edge-1', drain: false });
    await leaving;
    expect(back.closedBy).toBe(4504);
    expect(world.edge.ready().ok).toBe(false);
  });

  test('without sockets it goes at once', async () => {
    const started = performance.now();
    await world.edge.drain();
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('a full edge says so', async () => {
    await world.stop();
    await open({ maxConnections: 1 });
    await world.connect();
    await expect(world.connect()).rejects.toThrow('503');
  });

  test('a reader that does not read is closed, the others lack nothing', async () => {
    await world.stop();
    await open({ slowMs: 1000 });
    const slow = await world.enter('slow', 'lobby');
    const fast = await world.enter('fast', 'lobby');
    slow.socket.pause();
    const text = 'x'.repeat(200_000);
    let sent = 0;
    await eventually(
      async () => {
        world.rooms.say('lobby', text);
        sent++;
        await eventually(() => expect(fast.texts('lobby').length).toBe(sent));
        expect(await world.figure('plaza_edge_closed_total')).toBe(1);
      },
      { timeoutMs: 15_000, everyMs: 10 },
    );
    slow.socket.resume();
    // What it did not read stands before the close frame, so it may only see the connection end.
    await eventually(() => expect(slow.closedBy).toBeDefined());
    expect(await world.registry.metrics()).toMatch(/plaza_edge_closed_total\{code="4508"\} 1/);
  });
});
