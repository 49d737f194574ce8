import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { World, type Node } from './testing/compose.js';
import { Ear, textOf } from './testing/ear.js';
import { commandOf, factsOf, message, resultOf, type Answer, type TestAsker } from './testing/test-asker.js';

let world: World;
let node: Node;
let edge: TestAsker;

beforeEach(async () => {
  world = new World();
  node = await world.node('a');
  edge = world.asker(node);
  resultOf(await edge.create('lobby'), 'done');
});
afterEach(() => world.stop());

const change = async (settings: Record<string, unknown>): Promise<void> =>
  void resultOf(await edge.do('lobby', { changeSettings: { settings } }), 'done');

/** Another process takes over after the first was killed; sessions are as their edge says. */
async function takeover(): Promise<void> {
  await node.kill();
  node = await world.node('b');
  edge = world.asker(node);
  await world.clock.pass(8000);
}

const sayAgain = (session: number, account: string, text: string): Promise<Answer> =>
  edge.say('lobby', session, text, { facts: factsOf(session, 'lobby', account, { enteredMs: 1 }) });

describe('what decisions remember of the last minutes', () => {
  test('slow mode counts over a takeover', async () => {
    await change({ slowModeSeconds: 60 });
    await edge.join('lobby', 1, 'ann');
    resultOf(await edge.say('lobby', 1, 'first'), 'accepted');
    await takeover();
    const no = resultOf(await sayAgain(1, 'ann', 'second'), 'refused');
    expect(no.code).toBe('slow-mode');
    await world.clock.pass(no.retryAfterMs!);
    resultOf(await edge.say('lobby', 1, 'second'), 'accepted');
  });

  test('an author takes a message back by its own id of it, also after a takeover and beyond the time of repeats', async () => {
    await edge.join('lobby', 1, 'ann');
    resultOf(await edge.say('lobby', 1, 'oops', { commandId: 'c1' }), 'accepted');
    await world.clock.pass(70_000);
    await takeover();
    await sayAgain(1, 'ann', 'hm');
    const recall = { recallMessage: { account: 'ann', sentCommandId: 'c1' } };
    resultOf(await edge.do('lobby', recall, 1), 'done');
  });

  test('is let go of after two minutes, also where nobody says anything more', async () => {
    await edge.join('lobby', 1, 'ann');
    resultOf(await edge.say('lobby', 1, 'oops', { commandId: 'c1' }), 'accepted');
    const recall = { recallMessage: { account: 'ann', sentCommandId: 'c1' } };
    await world.clock.pass(119_000);
    resultOf(await edge.do('lobby', recall, 1), 'done');
    await world.clock.pass(3000);
    expect(resultOf(await edge.do('lobby', recall, 1), 'refused').code).toBe('not-found');
  });

  test('an author takes a message back for as long as the room says, whatever was said since', async () => {
    await change({ recallSeconds: 600 });
    await edge.join('lobby', 1, 'ann');
    resultOf(await edge.say('lobby', 1, 'oops', { commandId: 'c1' }), 'accepted');
    await world.clock.pass(300_000);
    resultOf(await edge.say('lobby', 1, 'hm'), 'accepted');
    await world.clock.pass(290_000);
    resultOf(await edge.do('lobby', { recallMessage: { account: 'ann', sentCommandId: 'c1' } }, 1), 'done');
  });

  test('a repeat of any command gets its first answer over a takeover, and another command with its id is refused', async () => {
    const mute = { muteTag: { tag: 'loud' } };
    const first = resultOf(await edge.do('lobby', mute, 0, { commandId: 'k1' }), 'done');
    await takeover();
    expect(resultOf(await edge.do('lobby', mute, 0, { commandId: 'k1' }), 'done')).toEqual(first);
    expect(resultOf(await edge.do('lobby', { unmuteTag: { tag: 'loud' } }, 0, { commandId: 'k1' }), 'refused').code).toBe('same-command');
  });
});

describe('messages of class high', () => {
  const high = (text: string, more: Record<string, unknown> = {}) =>
    edge.do('lobby', { sendMessage: { body: { text: { text } }, options: { class: 'MESSAGE_CLASS_HIGH', ...more } } });
  const back = async (afterMs: number, tags: string[] = []): Promise<string[]> => {
    await world.clock.pass(afterMs);
    return resultOf(await edge.join('lobby', 2, 'ann', { tags }), 'joined').recent.flatMap(textOf);
  };
  beforeEach(async () => {
    await edge.join('lobby', 1, 'ann');
    await high('before');
    await world.clock.pass(10);
    await edge.do('lobby', { leave: {} }, 1);
    await world.clock.pass(10);
  });

  test.each([
    [29_000, ['a', 'c']],
    [31_000, []],
  ])('come again to who returns after %i ms, also where the room was empty meanwhile', async (afterMs, texts) => {
    await high('a');
    await high('b', { audience: 'vip' });
    await high('c');
    await high('d', { notAgain: true });
    expect(await back(afterMs - 20)).toEqual(texts);
  });

  test('come again by the audience that they had', async () => {
    await high('a', { audience: 'vip' });
    expect(await back(1000, ['vip'])).toEqual(['a']);
  });
});

test('a room’s own interval between batches counts from the change of it on', async () => {
  const ear = await Ear.on(world.live, 'lobby', world.shards);
  await edge.join('lobby', 1, 'ann');
  const settings = commandOf({ changeSettings: { settings: { batchIntervalMs: 500 } } });
  const [changed] = edge.send(edge.entry('lobby', settings));
  await world.clock.pass(500);
  resultOf(await changed!, 'done');
  const before = ear.batches.length;
  const said = edge.send(...['a', 'b'].map((text) => edge.entry('lobby', message(text), { session: 1 })));
  await world.clock.pass(490);
  expect(ear.batches.length).toBe(before);
  await world.clock.pass(10);
  expect(ear.batches.length).toBe(before + 1);
  for (const answer of said) resultOf(await answer, 'accepted');
});
