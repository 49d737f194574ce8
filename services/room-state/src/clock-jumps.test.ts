import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { JumpingClock, World, type Node } from './testing/compose.js';
import { Ear } from './testing/ear.js';
import { factsOf, resultOf, type TestAsker } from './testing/test-asker.js';

const hour = 3_600_000;

let world: World;
let clock: JumpingClock;
let node: Node;
let edge: TestAsker;
let ear: Ear;

beforeEach(async () => {
  world = new World();
  clock = new JumpingClock(world.clock);
  node = await world.node('a', {}, { clock });
  edge = world.asker(node);
  resultOf(await edge.create('lobby'), 'done');
  ear = await Ear.on(world.live, 'lobby', world.shards);
  for (const [i, account] of ['ann', 'bob'].entries()) resultOf(await edge.join('lobby', i + 1, account), 'joined');
});
afterEach(() => world.stop());

const kinds = (): (string | undefined)[] => ear.batches.flatMap(({ events }) => events.map(({ kind }) => kind?.$case));
const mute = (seconds: number): Promise<unknown> => edge.do('lobby', { timedMuteMember: { account: 'bob', seconds } });

describe('a holder whose clock is set', () => {
  test.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s by an hour accepts on, and positions never go back, over a takeover neither', async (_, ms) => {
    const positions: number[] = [];
    const say = async (asker: TestAsker): Promise<void> => {
      const facts = factsOf(1, 'lobby', 'ann', { enteredMs: 1 });
      for (let i = 0; i < 3; i++) {
        positions.push(resultOf(await asker.say('lobby', 1, `m${positions.length}`, { facts }), 'accepted').position);
        await world.clock.pass(500);
      }
    };
    await say(edge);
    clock.jump(ms);
    await say(edge);
    clock.jump(-ms);
    await say(edge);
    clock.jump(ms);
    await say(edge);
    await node.kill();
    const next = await world.node('b');
    await world.clock.pass(8000);
    await say(world.asker(next));
    expect(new Set(positions).size).toBe(15);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(ear.texts.filter((text, i, all) => all.indexOf(text) === i)).toEqual(positions.map((_position, i) => `m${i}`));
  });

  test('forward ends what is due by then, once, and not again when it is set back', async () => {
    await mute(60);
    expect(resultOf(await edge.say('lobby', 2, 'x'), 'refused').code).toBe('timed-muted');
    clock.jump(hour);
    await world.clock.pass(1500);
    resultOf(await edge.say('lobby', 2, 'free'), 'accepted');
    clock.jump(-hour);
    await world.clock.pass(90_000);
    resultOf(await edge.say('lobby', 2, 'still free'), 'accepted');
    expect(kinds().filter((kind) => kind === 'timedUnmuted')).toHaveLength(1);
  });

  test('back lifts nothing early: a timed mute holds until that clock has come to its end', async () => {
    await mute(60);
    clock.jump(-hour);
    await world.clock.pass(90_000);
    expect(resultOf(await edge.say('lobby', 2, 'x'), 'refused').code).toBe('timed-muted');
    await world.clock.pass(hour);
    resultOf(await edge.say('lobby', 2, 'free'), 'accepted');
    expect(kinds().filter((kind) => kind === 'timedUnmuted')).toHaveLength(1);
  });

  test('back is corrected by the next holder: what was due by its clock ends there', async () => {
    await mute(60);
    clock.jump(-hour);
    await world.clock.pass(90_000);
    await node.kill();
    const next = await world.node('b');
    await world.clock.pass(10_000);
    const facts = factsOf(2, 'lobby', 'bob', { enteredMs: 1 });
    resultOf(await world.asker(next).say('lobby', 2, 'free', { facts }), 'accepted');
    expect(kinds().filter((kind) => kind === 'timedUnmuted')).toHaveLength(1);
  });

  test('forward keeps its repeats over a takeover by a process with the right time', async () => {
    clock.jump(hour);
    const first = resultOf(await edge.say('lobby', 1, 'once', { commandId: 'c' }), 'accepted');
    await node.kill();
    const next = await world.node('b');
    await world.clock.pass(8000);
    const facts = factsOf(1, 'lobby', 'ann', { enteredMs: 1 });
    expect(resultOf(await world.asker(next).say('lobby', 1, 'once', { commandId: 'c', facts }), 'accepted')).toEqual(first);
  });

  test('is not taken for one that was silent: nobody takes its shards away', async () => {
    await world.node('b');
    await world.clock.pass(3000);
    const shards = (): Promise<number> => node.gauge('plaza_room_state_shards');
    const before = await shards();
    for (const ms of [hour, -hour, -hour, hour]) {
      clock.jump(ms);
      await world.clock.pass(12_000);
      expect(await shards()).toBe(before);
    }
  });
});
