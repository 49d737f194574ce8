import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World, type Node } from './testing/compose.js';
import { Ear } from './testing/ear.js';
import { resultOf, type Answer, type TestAsker } from './testing/test-asker.js';

let world: World;
let node: Node;
let edge: TestAsker;
let other: TestAsker;
let ear: Ear;

beforeEach(async () => {
  world = new World();
  node = await world.node('a');
  [edge, other] = [world.asker(node), world.asker(node, 'edge-2')];
  resultOf(await edge.create('lobby'), 'done');
  await edge.join('lobby', 1, 'ann');
  await edge.join('lobby', 2, 'ann', { deviceId: 'd2' });
  await edge.join('lobby', 3, 'bob');
  await other.join('lobby', 1, 'bob', { deviceId: 'd2' });
  await other.join('lobby', 2, 'cat');
  ear = await Ear.on(world.live, 'lobby', world.shards);
});
afterEach(() => world.stop());

const tell = (text: string, receivers: string[], session = 1, more: Parameters<TestAsker['do']>[3] = {}): Promise<Answer> =>
  edge.do('lobby', { sendMessage: { body: { text: { text } }, options: { receivers } } }, session, { commandId: text, ...more });
const told = (asker: TestAsker): unknown[] =>
  asker.directs.map(({ sessions, direct }) => [direct.message?.commandId, sessions, direct.receivers]);
const headOf = async (): Promise<number> => ((await edge.do('lobby', { getRoom: {} })) as Exclude<Answer, string>).head;

test('goes to every session of its receivers and to the sender’s other ones, has no position and is not logged', async () => {
  const head = await headOf();
  expect(resultOf(await tell('psst', ['bob', 'dan']), 'delivered')).toEqual({ sessions: 2, absent: ['dan'] });
  expect(told(edge)).toEqual([
    ['psst', [3], []],
    ['psst', [2], ['bob']],
  ]);
  expect(told(other)).toEqual([['psst', [1], []]]);
  const [{ direct }] = other.directs as [(typeof other.directs)[number]];
  expect(direct).toMatchObject({ room: 'lobby', after: head, timeMs: world.clock.now(), message: { account: 'ann' } });
  expect(await headOf()).toBe(head);
  expect(ear.batches).toEqual([]);
});

test('sent again with its id gets the first answer and goes out once', async () => {
  const first = resultOf(await tell('psst', ['bob', 'dan']), 'delivered');
  await world.clock.pass(50_000);
  expect(resultOf(await tell('psst', ['bob', 'dan']), 'delivered')).toEqual(first);
  expect(other.directs).toHaveLength(1);
  await world.clock.pass(11_000);
  await tell('psst', ['bob', 'dan']);
  expect(other.directs).toHaveLength(2);
});

test.each([
  ['muted', { muteMember: { account: 'ann' } }],
  ['timed-muted', { timedMuteMember: { account: 'ann', seconds: 5 } }],
  ['room-muted', { muteRoom: {} }],
])('of who is %s is refused and goes to nobody', async (code, command) => {
  resultOf(await edge.do('lobby', command), 'done');
  expect(resultOf(await tell('psst', ['bob']), 'refused').code).toBe(code);
  expect([...edge.directs, ...other.directs]).toEqual([]);
});

test('of the server API goes to its receivers alone, and as an account to the sessions of that account too', async () => {
  expect(resultOf(await tell('from-the-platform', ['cat'], 0), 'delivered')).toEqual({ sessions: 1, absent: [] });
  expect(told(edge)).toEqual([]);
  await tell('as-ann', ['cat'], 0, { asAccount: 'ann' });
  expect(told(edge)).toEqual([['as-ann', [1, 2], ['cat']]]);
});

test('to oneself comes once to each session', async () => {
  await tell('note', ['ann']);
  expect(told(edge)).toEqual([['note', [1, 2], []]]);
});

test('is lost for an edge whose link broke, and the sender is not kept waiting', async () => {
  other.detach();
  expect(resultOf(await tell('psst', ['cat']), 'delivered')).toEqual({ sessions: 1, absent: [] });
});
