import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Member } from '@plaza/proto/client';
import { World } from './testing/compose.js';
import { resultOf, type TestAsker } from './testing/test-asker.js';

const world = new World();
let edge: TestAsker;
let room = '';
let rooms = 0;

beforeEach(async () => {
  if (rooms === 0) edge = world.asker(await world.node('a'));
  room = `room-${++rooms}`;
  resultOf(await edge.do(room, { createRoom: { creator: 'owner', profile: { anonymousAllowed: true } } }), 'done');
});
afterEach(() => world.clock.pass(1000));

const list = async (ask: Record<string, unknown>, session = 0): Promise<Member[]> =>
  resultOf(await edge.do(room, { listMembers: ask }, session), 'memberPage').members;
const names = async (ask: Record<string, unknown>): Promise<string[]> => (await list(ask)).map(({ account }) => account);
const enter = async (session: number, account: string, more: Parameters<TestAsker['join']>[3] = {}): Promise<void> => {
  await world.clock.pass(10);
  resultOf(await edge.join(room, 100 * rooms + session, account, more), 'joined');
};
const act = async (json: Record<string, unknown>): Promise<void> => {
  await world.clock.pass(10);
  const answer = await edge.do(room, json);
  if (typeof answer === 'string' || answer.result?.$case === 'refused') throw new Error(JSON.stringify(answer));
};

/** A room with one of everything. `owner` never enters; `ada` enters after `reg` was appointed, and so on. */
async function people(): Promise<void> {
  await enter(1, 'reg');
  await enter(2, 'gus', { tags: ['vip'] });
  await enter(3, 'ada', { tags: ['vip', 'crew'] });
  await enter(4, 'anon-1', { anonymous: true });
  await act({ setRole: { account: 'reg', role: 'ROLE_REGULAR' } });
  await act({ setRole: { account: 'ada', role: 'ROLE_ADMINISTRATOR' } });
  await act({ setRole: { account: 'far', role: 'ROLE_REGULAR' } });
  await act({ muteMember: { account: 'gus' } });
  await act({ timedMuteMember: { account: 'tim', seconds: 60 } });
  await act({ blockMember: { account: 'bad' } });
  await act({ addBots: { bots: [{ account: 'bot-1', nickname: 'Bot' }] } });
}

describe('each list', () => {
  test.each([
    ['MEMBER_LIST_UNSPECIFIED', ['reg', 'gus', 'ada', 'anon-1', 'bot-1']],
    ['MEMBER_LIST_ONLINE', ['reg', 'gus', 'ada', 'anon-1', 'bot-1']],
    ['MEMBER_LIST_PERMANENT', ['owner', 'reg', 'ada', 'far']],
    ['MEMBER_LIST_ONLINE_PERMANENT', ['reg', 'ada']],
    ['MEMBER_LIST_GUESTS', ['gus', 'anon-1', 'bot-1']],
    ['MEMBER_LIST_ADMINISTRATORS', ['ada']],
    ['MEMBER_LIST_REGULARS', ['reg', 'far']],
    ['MEMBER_LIST_MUTED', ['gus']],
    ['MEMBER_LIST_TIMED_MUTED', ['tim']],
    ['MEMBER_LIST_BLOCKED', ['bad']],
    ['MEMBER_LIST_BOTS', ['bot-1']],
  ])('%s', async (which, expected) => {
    await people();
    expect(await names({ list: which })).toEqual(expected);
    const paged: string[] = [];
    for (let pageToken = '', pages = 0; pages === 0 || pageToken !== ''; pages++) {
      const page = resultOf(await edge.do(room, { listMembers: { list: which, limit: 1, pageToken } }), 'memberPage');
      paged.push(...page.members.map(({ account }) => account));
      pageToken = page.next;
    }
    expect(paged).toEqual(expected);
  });

  test('by a tag has who has it now, on any device', async () => {
    await people();
    expect(await names({ tag: 'vip' })).toEqual(['gus', 'ada']);
    expect(await names({ tag: 'crew', list: 'MEMBER_LIST_ONLINE_PERMANENT' })).toEqual(['ada']);
    await act({ setTags: { account: 'ada', tags: ['crew'] } });
    expect(await names({ tag: 'vip' })).toEqual(['gus']);
  });

  test('of timed mutes loses who may speak again, before the room has said so', async () => {
    await people();
    await world.clock.pass(61_000);
    expect(await names({ list: 'MEMBER_LIST_TIMED_MUTED' })).toEqual([]);
  });

  test.each([
    [{ limit: 100 }, undefined],
    [{ limit: 101 }, 'bad-request'],
    [{ list: 11 }, 'bad-request'],
    [{ pageToken: 'x' }, 'bad-request'],
  ])('%j: %s', async (ask, code) => {
    const answer = await edge.do(room, { listMembers: ask });
    if (code === undefined) resultOf(answer, 'memberPage');
    else expect(resultOf(answer, 'refused').code).toBe(code);
  });
});

describe('rows', () => {
  test('tell what a member is on its devices, what the room gave it, and how long a bot stays', async () => {
    await enter(1, 'ann', { deviceId: 'd1', deviceKind: 'web', tags: ['a'], labels: [{ name: 'fan', level: 2, saved: false }] });
    await enter(2, 'ann', { deviceId: 'd2', deviceKind: 'ios', tags: ['b'] });
    await act({ updateMember: { account: 'ann', nickname: 'Ann B', level: 7, labels: { labels: [{ name: 'mod', level: 1 }] } } });
    await act({ addBots: { bots: [{ account: 'bot-1' }], seconds: 50 } });
    const [ann, bot] = await list({});
    expect(ann).toMatchObject({ nickname: 'Ann B', level: 7, online: true, tags: ['a', 'b'] });
    expect(ann!.devices.map(({ id, kind }) => [id, kind])).toEqual([
      ['d1', 'web'],
      ['d2', 'ios'],
    ]);
    expect(bot).toMatchObject({ account: 'bot-1', bot: true, online: true, secondsLeft: 50 });
  });

  test('of accounts asked for by name, and of which the room knows nothing', async () => {
    await people();
    const found = resultOf(
      await edge.do(room, { getMembers: { accounts: ['ada', 'far', 'nobody', 'bot-1', 'owner', 'bad'] } }),
      'membersFound',
    );
    expect(found.members.map(({ account, online, blocked }) => [account, online, blocked])).toEqual([
      ['ada', true, false],
      ['far', false, false],
      ['bot-1', true, false],
      ['owner', false, false],
      ['bad', false, true],
    ]);
    expect(found.absent).toEqual(['nobody']);
  });

  test.each([
    [0, 'bad-request'],
    [200, undefined],
    [201, 'bad-request'],
  ])('of %i accounts at once: %s', async (count, code) => {
    const answer = await edge.do(room, { getMembers: { accounts: Array.from({ length: count }, (_, i) => `u${i}`) } });
    if (code === undefined) expect(resultOf(answer, 'membersFound').absent).toHaveLength(count);
    else expect(resultOf(answer, 'refused').code).toBe(code);
  });
});

describe('counts', () => {
  test('are exact: accounts once, connections each, by tag and by device kind, bots apart', async () => {
    await enter(1, 'ann', { deviceId: 'd1', deviceKind: 'web', tags: ['vip'] });
    await enter(2, 'ann', { deviceId: 'd2', deviceKind: 'ios', tags: ['vip'] });
    await enter(3, 'bob', { deviceKind: 'web', tags: ['crew'] });
    await act({ addBots: { bots: [{ account: 'bot-1' }, { account: 'bot-2' }] } });
    const counts = resultOf(await edge.do(room, { countMembers: { tags: ['vip', 'none', 'vip'] } }), 'memberCounts');
    expect(counts).toMatchObject({ accounts: 2, connections: 3, bots: 2, settling: false });
    expect(counts.tags).toEqual([
      { name: 'vip', accounts: 1, connections: 2 },
      { name: 'none', accounts: 0, connections: 0 },
    ]);
    expect(counts.deviceKinds).toEqual([
      { name: 'web', accounts: 2, connections: 2 },
      { name: 'ios', accounts: 1, connections: 1 },
    ]);
  });
});

describe('sessions by tag', () => {
  test('are a row each, by entry, in pages', async () => {
    await enter(1, 'ann', { deviceId: 'd1', tags: ['vip'] });
    await enter(2, 'bob', { deviceId: 'd2', tags: ['crew'] });
    await enter(3, 'ann', { deviceId: 'd3', tags: ['vip', 'crew'] });
    const first = resultOf(await edge.do(room, { listSessions: { tag: 'vip', limit: 1 } }), 'sessionPage');
    const second = resultOf(await edge.do(room, { listSessions: { tag: 'vip', limit: 1, pageToken: first.next } }), 'sessionPage');
    expect([...first.sessions, ...second.sessions]).toMatchObject([
      { account: 'ann', device: { id: 'd1' }, tags: ['vip'] },
      { account: 'ann', device: { id: 'd3' }, tags: ['vip', 'crew'] },
    ]);
    expect(second.next).toBe('');
  });

  test.each([
    [{ tag: '' }, 'bad-request'],
    [{ tag: 'vip', limit: 100 }, undefined],
    [{ tag: 'vip', limit: 101 }, 'bad-request'],
    [{ tag: 'vip', pageToken: '?' }, 'bad-request'],
  ])('%j: %s', async (ask, code) => {
    const answer = await edge.do(room, { listSessions: ask });
    if (code === undefined) resultOf(answer, 'sessionPage');
    else expect(resultOf(answer, 'refused').code).toBe(code);
  });
});

test('who is not in the room reads nothing of it; nobody reads a room that was never created', async () => {
  await enter(1, 'ann');
  const session = 100 * rooms + 1;
  resultOf(await edge.do(room, { leave: {} }, session), 'done');
  for (const ask of [{ listMembers: {} }, { getMembers: { accounts: ['a'] } }, { countMembers: {} }, { listSessions: { tag: 'a' } }]) {
    expect(await edge.do(room, ask, session)).toBe('unknown-session');
    expect(resultOf(await edge.do('no-room', ask), 'refused').code).toBe('not-found');
  }
});
