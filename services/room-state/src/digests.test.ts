import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MessageClass } from '@plaza/proto/client';
import { World } from './testing/compose.js';
import { Ear } from './testing/ear.js';
import { resultOf, type TestAsker } from './testing/test-asker.js';

let world: World;
let edge: TestAsker;
let ear: Ear;

beforeEach(async () => {
  world = new World();
  edge = world.asker(await world.node('a'));
  resultOf(await edge.do('lobby', { createRoom: { creator: 'owner', profile: { notices: 'NOTICES_MODE_OFF' } } }), 'done');
  ear = await Ear.on(world.live, 'lobby', world.shards);
});
afterEach(() => world.stop());

const second = (): Promise<void> => world.clock.pass(1000);
const react = (kind: string, count = 1, session = 1) => edge.do('lobby', { react: { kind, count } }, session);

describe('reactions', () => {
  beforeEach(async () => {
    await edge.join('lobby', 1, 'ann');
    await second();
    ear.heard.length = 0;
  });

  test('are summed in the signal of the next second, the five most told apart', async () => {
    for (const [i, kind] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) resultOf(await react(kind, 10 - i), 'done');
    await react('f', 100);
    await second();
    expect(ear.signals.map(({ reactions }) => reactions)).toEqual([
      {
        total: 145,
        top: [
          { kind: 'f', count: 105 },
          { kind: 'a', count: 10 },
          { kind: 'b', count: 9 },
          { kind: 'c', count: 8 },
          { kind: 'd', count: 7 },
        ],
      },
    ]);
    await second();
    expect(ear.signals.slice(1).map(({ reactions }) => reactions?.total ?? 0)).toEqual(ear.signals.slice(1).map(() => 0));
    expect(ear.batches).toEqual([]);
  });

  test('of more kinds than are counted apart are in the total', async () => {
    for (let i = 0; i < 120; i++) await react(`k${i}`);
    await second();
    expect(ear.signals[0]!.reactions).toMatchObject({ total: 120 });
  });

  test('sent again with the same id count once', async () => {
    const heart = { react: { kind: 'heart' } };
    for (let i = 0; i < 2; i++) resultOf(await edge.do('lobby', heart, 1, { commandId: 'c1' }), 'done');
    await second();
    expect(ear.signals[0]!.reactions).toMatchObject({ total: 1 });
  });
});

describe('who comes and goes in a room without notices', () => {
  test('is counted, and named where it is a manager or has a label', async () => {
    resultOf(await edge.do('lobby', { setRole: { account: 'ada', role: 'ROLE_ADMINISTRATOR' } }), 'done');
    resultOf(await edge.do('lobby', { updateMember: { account: 'lab', labels: { labels: [{ name: 'vip', saved: true }] } } }), 'done');
    await edge.join('lobby', 1, 'ada');
    await edge.join('lobby', 2, 'lab');
    await edge.join('lobby', 3, 'tok', { labels: [{ name: 'fan', level: 1, saved: false }] });
    await edge.join('lobby', 4, 'gus');
    await second();
    expect(ear.signals[0]).toMatchObject({ entered: 4, left: 0, notableEntered: ['ada', 'lab', 'tok'], notableLeft: [] });
    resultOf(await edge.do('lobby', { setRole: { account: 'ada', role: 'ROLE_GUEST' } }), 'done');
    resultOf(await edge.do('lobby', { setRole: { account: 'gus', role: 'ROLE_ADMINISTRATOR' } }), 'done');
    for (const session of [1, 2, 4]) await edge.do('lobby', { leave: {} }, session);
    await second();
    expect(ear.signals.at(-1)).toMatchObject({ entered: 0, left: 3, notableEntered: [], notableLeft: ['lab', 'gus'] });
  });

  test('is named up to twenty times', async () => {
    const labels = [{ name: 'fan', level: 1, saved: false }];
    for (let i = 0; i < 21; i++) await edge.join('lobby', i + 1, `u${i}`, { labels });
    await second();
    expect(ear.signals[0]).toMatchObject({ entered: 21 });
    expect(ear.signals[0]!.notableEntered).toHaveLength(20);
  });
});

describe('messages that the budget dropped', () => {
  const low = (text: string) => edge.do('lobby', { sendMessage: { body: { text: { text } }, options: { class: 'MESSAGE_CLASS_LOW' } } }, 1);

  test('are told with the next events, once', async () => {
    await edge.join('lobby', 1, 'ann');
    resultOf(await edge.do('lobby', { changeSettings: { settings: { lowPerSecond: 1 } } }), 'done');
    resultOf(await low('1'), 'accepted');
    resultOf(await low('2'), 'sampled');
    resultOf(await low('3'), 'sampled');
    await edge.say('lobby', 1, 'normal');
    await edge.say('lobby', 1, 'again');
    expect(ear.batches.map(({ skipped }) => skipped).filter(({ length }) => length > 0)).toEqual([
      [{ class: MessageClass.MESSAGE_CLASS_LOW, count: 2 }],
    ]);
    expect(ear.texts).toEqual(['1', 'normal', 'again']);
  });
});
