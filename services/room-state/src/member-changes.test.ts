import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { accountsRoom } from '@plaza/domain';
import { World, type Node } from './testing/compose.js';
import { decodeFrame, Ear } from './testing/ear.js';
import { factsOf, resultOf, type TestAsker } from './testing/test-asker.js';

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

const self = async (account: string) => {
  const { members } = resultOf(await edge.do('lobby', { getMembers: { accounts: [account] } }), 'membersFound');
  return members[0]!;
};
const audienceOf = (text: string): string | undefined =>
  ear.batches
    .flatMap(({ events, audiences }) => events.map((event, i) => ({ event, audience: audiences[i] })))
    .find(({ event }) => JSON.stringify(event.kind).includes(`"${text}"`))?.audience;

describe('a member’s profile and tags', () => {
  test('change on its sessions at once, and edges hear what to announce from now on', async () => {
    await edge.join('lobby', 1, 'ann', { deviceId: 'd1', tags: ['a'] });
    await edge.join('lobby', 2, 'ann', { deviceId: 'd2', tags: ['a'] });
    resultOf(await edge.do('lobby', { updateMember: { nickname: 'Annie' } }, 1), 'done');
    expect(ear.batches.at(-1)!.control.members).toMatchObject([{ account: 'ann', deviceId: '', nickname: 'Annie' }]);
    resultOf(await edge.do('lobby', { setTags: { account: 'ann', deviceId: 'd2', tags: ['b'] } }), 'done');
    expect(ear.batches.at(-1)!.control.members).toMatchObject([{ account: 'ann', deviceId: 'd2', tags: { tags: ['b'] } }]);
    expect(await self('ann')).toMatchObject({ nickname: 'Annie', tags: ['a', 'b'] });
    await edge.say('lobby', 2, 'hello');
    expect(ear.batches.at(-1)!.events[0]!.kind).toMatchObject({ value: { nickname: 'Annie' } });
  });

  test('that an edge announces count, whatever the holder knew', async () => {
    await edge.join('lobby', 1, 'ann', { nickname: 'Ann' });
    resultOf(await edge.do('lobby', { leave: {} }, 1), 'done');
    const facts = factsOf(1, 'lobby', 'ann', { nickname: 'Annie', tags: ['x'], enteredMs: 1 });
    resultOf(await edge.do('lobby', { sendMessage: { body: { text: { text: 'hi' } } } }, 1, { facts }), 'accepted');
    expect(await self('ann')).toMatchObject({ nickname: 'Annie', tags: ['x'], enteredMs: 1 });
  });

  test('a tag mute holds from its reply on, for who got the tag later too', async () => {
    await edge.join('lobby', 1, 'ann', { tags: ['loud'] });
    await edge.join('lobby', 2, 'bob');
    resultOf(await edge.do('lobby', { muteTag: { tag: 'loud', seconds: 5 } }), 'done');
    expect(resultOf(await edge.say('lobby', 1, 'x'), 'refused').code).toBe('tag-muted');
    resultOf(await edge.say('lobby', 2, 'y'), 'accepted');
    resultOf(await edge.do('lobby', { setTags: { account: 'bob', tags: ['loud'] } }), 'done');
    expect(resultOf(await edge.say('lobby', 2, 'z'), 'refused').code).toBe('tag-muted');
    await world.clock.pass(6000);
    resultOf(await edge.say('lobby', 1, 'x'), 'accepted');
  });
});

describe('audiences', () => {
  test('of enter and leave notices and of messages are those of their segments', async () => {
    await edge.join('lobby', 1, 'ann', { noticeAudience: 'crew' });
    resultOf(
      await edge.do('lobby', { sendMessage: { body: { text: { text: 'psst' } }, options: { audience: 'vip and not-me' } } }, 1),
      'accepted',
    );
    resultOf(await edge.do('lobby', { leave: {} }, 1), 'done');
    expect(ear.batches.map(({ audiences }) => audiences)).toEqual([['crew'], ['vip and not-me'], ['crew']]);
    expect(audienceOf('psst')).toBe('vip and not-me');
  });

  test('come back from the log in a fill', async () => {
    await edge.join('lobby', 1, 'ann');
    await edge.do('lobby', { sendMessage: { body: { text: { text: 'psst' } }, options: { audience: 'vip' } } }, 1);
    await node.service.stop();
    const b = await world.node('b');
    const [fill] = await world.asker(b).bulk({ $case: 'fill', value: { room: 'lobby', after: 1 } });
    const frames = fill?.$case === 'fill' ? fill.value.frames : [];
    expect(frames.flatMap((frame) => decodeFrame(frame).audiences)).toContain('vip');
  });
});

test('an account is found in the rooms of a process where it is present', async () => {
  for (const room of ['r1', 'r2', 'r3']) resultOf(await edge.create(room), 'done');
  await edge.join('r1', 1, 'ann');
  await edge.join('r2', 2, 'ann', { deviceId: 'd' });
  await edge.join('r3', 3, 'bob');
  const roomsOf = async (account: string): Promise<string[]> => {
    const [answer] = await edge.bulk({ $case: 'findAccount', value: { account } });
    return answer?.$case === 'accountRooms' ? [...answer.value.rooms].sort() : ['?'];
  };
  expect(await roomsOf('ann')).toEqual(['r1', 'r2']);
  resultOf(await edge.do('r1', { leave: {} }, 1), 'done');
  expect(await roomsOf('ann')).toEqual(['r2']);
  expect(await roomsOf('nobody')).toEqual([]);
  expect(await roomsOf('no account')).toEqual([]);
});

describe('the room of accounts', () => {
  test('takes and lists restrictions, tells edges, and survives its holder', async () => {
    const accounts = await Ear.on(world.live, accountsRoom, world.shards);
    resultOf(await edge.do(accountsRoom, { restrictAccount: { account: 'ann', muted: true, reason: 'spam', kick: true } }), 'done');
    resultOf(await edge.do(accountsRoom, { restrictAccount: { account: 'bob', disabled: true } }), 'done');
    expect(accounts.batches.map(({ control }) => control)).toMatchObject([
      { restrictions: [{ account: 'ann', muted: true, disabled: false, reason: 'spam' }], kicked: ['ann'] },
      { restrictions: [{ account: 'bob', muted: false, disabled: true }], kicked: [] },
    ]);
    await world.clock.pass(2000);
    await node.kill();
    const later = world.asker(await world.node('b'));
    await world.clock.pass(8000);
    const page = resultOf(await later.do(accountsRoom, { listRestrictions: {} }), 'restrictionPage');
    expect(page.restrictions.map(({ account, muted, disabled }) => [account, muted, disabled])).toEqual([
      ['ann', true, false],
      ['bob', false, true],
    ]);
  });

  test.each([
    [{ createRoom: { creator: 'x' } }, 'bad-request'],
    [{ getRoom: {} }, 'bad-request'],
    [{ listMembers: {} }, 'not-found'],
  ])('refuses %j', async (command, code) => {
    expect(resultOf(await edge.do(accountsRoom, command), 'refused').code).toBe(code);
  });

  test('is no room that anybody can enter', async () => {
    const answer = await edge.join(accountsRoom, 1, 'ann');
    expect(resultOf(answer, 'refused').code).not.toBe('');
    expect(resultOf(await edge.do('other:room', { getRoom: {} }), 'refused').code).toBe('bad-request');
  });
});
