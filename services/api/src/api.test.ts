import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { verifyToken } from '@plaza/kit';
import { ContentRule, Event, MessageClass, NoticesMode, Role, Member, RoomInfo } from '@plaza/proto/client';
import { apiKey, head, headSequence, startScriptedApi, tokenSecret, type ScriptedApi } from '../test/scripted-api.js';

let plaza: ScriptedApi;
beforeAll(async () => {
  plaza = await startScriptedApi({ demo: true });
});
afterAll(() => plaza.stop());
beforeEach(() => {
  plaza.door.seen.length = 0;
  plaza.door.answer = () => ({ $case: 'done', value: { position: head } });
  plaza.readers.historyPage = undefined;
  plaza.readers.topRooms = undefined;
  plaza.readers.figures = undefined;
});

const done = { result: 'done', position: '4096' };
const notice = { notify: true, ext: '' };
const numbers = {
  slowModeSeconds: 0,
  sameTextSeconds: 5,
  entryAgeSeconds: 0,
  highPerSecond: 10,
  normalPerSecond: 0,
  lowPerSecond: 0,
  devices: 3,
  batchIntervalMs: 0,
  recallSeconds: 120,
  historyDays: 3,
};
const info = RoomInfo.fromPartial({
  room: 'lobby',
  name: 'Lobby',
  announcement: 'hi',
  broadcastUrl: '',
  ext: '{}',
  creator: 'host',
  createdMs: 1,
  updatedMs: 2,
  open: true,
  roomMuted: false,
  notices: NoticesMode.NOTICES_MODE_OFF,
  anonymousAllowed: true,
  settings: { ...numbers, gates: { gates: [] }, links: ContentRule.CONTENT_RULE_MASK },
  accounts: 3,
  connections: 4,
  settling: false,
});

describe('commands that change something', () => {
  const member = '/v1/rooms/lobby/members/a.b@c:1';
  const told = { notify: false, notifyExt: 'x', operator: 'boss' };
  const toldNotice = { notify: false, ext: 'x' };

  test.each([
    [
      'PATCH',
      '/v1/rooms/lobby',
      { name: 'N', notices: 'off', ...told },
      { $case: 'updateRoom', value: { changes: { name: 'N', notices: NoticesMode.NOTICES_MODE_OFF }, notice: toldNotice } },
    ],
    ['POST', '/v1/rooms/lobby/open', told, { $case: 'openRoom', value: { notice: toldNotice } }],
    ['POST', '/v1/rooms/lobby/close', { reason: 'late', ...told }, { $case: 'closeRoom', value: { reason: 'late', notice: toldNotice } }],
    ['PUT', `${member}/mute`, told, { $case: 'muteMember', value: { account: 'a.b@c:1', notice: toldNotice } }],
    [
      'DELETE',
      `${member}/mute?notify=false&notifyExt=x&operator=boss`,
      undefined,
      { $case: 'unmuteMember', value: { account: 'a.b@c:1', notice: toldNotice } },
    ],
    [
      'PUT',
      `${member}/timed-mute`,
      { seconds: 2_592_000, ...told },
      { $case: 'timedMuteMember', value: { account: 'a.b@c:1', seconds: 2_592_000, notice: toldNotice } },
    ],
    [
      'DELETE',
      `${member}/timed-mute?notify=false&notifyExt=x&operator=boss`,
      undefined,
      { $case: 'timedUnmuteMember', value: { account: 'a.b@c:1', notice: toldNotice } },
    ],
    [
      'POST',
      `${member}/kick`,
      { reason: 'spam', ...told },
      { $case: 'kickMember', value: { account: 'a.b@c:1', reason: 'spam', notice: toldNotice } },
    ],
    [
      'PUT',
      `${member}/role`,
      { role: 'administrator', ...told },
      { $case: 'setRole', value: { account: 'a.b@c:1', role: Role.ROLE_ADMINISTRATOR, notice: toldNotice } },
    ],
  ])('%s %s', async (method, path, body, command) => {
    const { status, json } = await plaza.ask(method, path, body, { 'idempotency-key': 'key-1' });
    expect([status, json]).toEqual([200, done]);
    expect(plaza.door.last.command).toMatchObject(command);
    expect(plaza.door.last.entry).toMatchObject({ room: 'lobby', session: 0, commandId: 'key-1', operator: 'boss', asAccount: '' });
  });

  test('need no body where everything in it can be left out', async () => {
    for (const body of [undefined, '', {}]) {
      expect((await plaza.ask('PUT', '/v1/rooms/lobby/members/ann/mute', body)).json).toEqual(done);
      expect(plaza.door.last).toMatchObject({ command: { value: { account: 'ann', notice } }, entry: { operator: '' } });
    }
  });

  test('say when they changed nothing, and how long a lifted mute had left', async () => {
    plaza.door.answer = () => ({ $case: 'unchanged', value: {} });
    expect((await plaza.ask('PUT', '/v1/rooms/lobby/members/ann/mute')).json).toEqual({ result: 'unchanged' });
    plaza.door.answer = () => ({ $case: 'done', value: { position: 5, secondsLeft: 12 } });
    expect((await plaza.ask('DELETE', '/v1/rooms/lobby/members/ann/timed-mute')).json).toEqual({
      result: 'done',
      position: '5',
      secondsLeft: 12,
    });
  });

  test('come with the name of the API key, which is not the key', async () => {
    await plaza.ask('PUT', '/v1/rooms/lobby/members/ann/mute');
    expect(plaza.door.last.entry.apiKey).toBe('root-0');
    const made = await plaza.ask('POST', '/v1/keys', { name: 'mods', scopes: ['members:write'] });
    const { id, key } = made.json as { id: string; key: string };
    await plaza.ask('PUT', '/v1/rooms/lobby/members/ann/mute', undefined, { authorization: `Bearer ${key}` });
    expect(plaza.door.last.entry.apiKey).toBe(id);
    await plaza.ask('POST', '/v1/demo/session', { room: 'lobby' }, { authorization: '' });
    expect(plaza.door.last.entry.apiKey).toBe('open');
  });

  test('get a command id of their own where none is given, a new one each', async () => {
    await plaza.ask('PUT', '/v1/rooms/lobby/members/ann/mute');
    await plaza.ask('PUT', '/v1/rooms/lobby/members/ann/mute');
    const [first, second] = plaza.door.seen.map(({ entry }) => entry.commandId);
    expect(first).toMatch(/^[\x21-\x7e]{36}$/);
    expect(second).not.toBe(first);
  });
});

describe('creating a room', () => {
  test('under a chosen name', async () => {
    const { status, json } = await plaza.ask('POST', '/v1/rooms', {
      room: 'R-1_x',
      creator: 'host',
      name: 'First',
      anonymousAllowed: false,
    });
    expect([status, json]).toEqual([201, { ...done, room: 'R-1_x' }]);
    expect(plaza.door.last.command).toMatchObject({
      $case: 'createRoom',
      value: { creator: 'host', profile: { name: 'First', anonymousAllowed: false } },
    });
  });

  test('under a given number, the same for a repeat', async () => {
    const rooms = [];
    for (const key of ['k1', 'k1', 'k2'])
      rooms.push((await plaza.ask('POST', '/v1/rooms', { creator: 'host' }, { 'idempotency-key': key })).json['room']);
    expect(rooms[0]).toBe(rooms[1]);
    expect(rooms[2]).not.toBe(rooms[0]);
    for (const room of rooms) expect(Number.isSafeInteger(Number(room))).toBe(true);
  });

  test('that is there already: 409', async () => {
    plaza.door.answer = () => ({ $case: 'refused', value: { code: 'exists', why: 'it is there' } });
    const { status, json } = await plaza.ask('POST', '/v1/rooms', { room: 'lobby', creator: 'host' });
    expect([status, json['code'], json['detail']]).toEqual([409, 'exists', 'it is there']);
  });
});

describe('reading', () => {
  test('a room', async () => {
    plaza.door.answer = () => ({ $case: 'roomInfo', value: info });
    expect(await plaza.ask('GET', '/v1/rooms/lobby')).toMatchObject({
      status: 200,
      json: {
        room: 'lobby',
        name: 'Lobby',
        createdMs: 1,
        accounts: 3,
        notices: 'off',
        queueRights: 'everyone',
        settings: { ...numbers, links: 'mask', terms: 'allow', gates: [] },
        head: '4096',
      },
    });
  });

  test('its online members, page by page', async () => {
    const member = Member.create({
      account: 'ann',
      role: Role.ROLE_CREATOR,
      nickname: 'A',
      avatar: '',
      ext: '',
      online: true,
      enteredMs: 9,
      muted: false,
      timedMuteLeftSeconds: 0,
      blocked: false,
      devices: [{ id: 'd', kind: 'web' }],
    });
    const { mutedEverywhere: _, ...shown } = member;
    plaza.door.answer = () => ({ $case: 'memberPage', value: { members: [member], next: 'n2', settling: false } });
    const { status, json } = await plaza.ask('GET', '/v1/rooms/lobby/members?pageToken=n1&limit=1');
    expect([status, json]).toEqual([200, { members: [{ ...shown, role: 'creator' }], next: 'n2', settling: false }]);
    expect(plaza.door.last).toMatchObject({
      command: { $case: 'listMembers', value: { pageToken: 'n1', limit: 1 } },
      entry: { room: 'lobby' },
    });
  });

  test('a member, whom nobody can know to be away while counts settle', async () => {
    const read = async (member: Partial<Member> | undefined, settling: boolean): Promise<unknown[]> => {
      const members = member === undefined ? [] : [Member.fromPartial({ account: 'ann', role: Role.ROLE_REGULAR, ...member })];
      plaza.door.answer = () => ({ $case: 'membersFound', value: { members, absent: members.length === 0 ? ['ann'] : [], settling } });
      const { status, json } = await plaza.ask('GET', '/v1/rooms/lobby/members/ann');
      return [status, (json as { code?: string }).code ?? ''];
    };
    expect(await read({ online: true }, true)).toEqual([200, '']);
    expect(await read({ online: false }, false)).toEqual([200, '']);
    expect(await read({ online: false }, true)).toEqual([503, 'unavailable']);
    expect(await read(undefined, false)).toEqual([404, 'not-found']);
    expect(await read(undefined, true)).toEqual([503, 'unavailable']);
  });

  test('stored messages, as the protobuf JSON mapping has them', async () => {
    plaza.door.answer = () => ({ $case: 'roomInfo', value: info });
    const event = Event.fromPartial({
      position: 12,
      timeMs: 99,
      kind: {
        $case: 'message',
        value: { account: 'ann', class: MessageClass.MESSAGE_CLASS_HIGH, body: { content: { $case: 'text', value: { text: 'hey' } } } },
      },
    });
    plaza.readers.historyPage = { events: [event], upTo: 40, more: true, nextBound: 12 };
    const { status, json } = await plaza.ask('GET', '/v1/rooms/lobby/messages?before=9007199254740991&limit=200');
    expect(status).toBe(200);
    expect(json).toEqual({
      events: [{ position: '12', timeMs: '99', message: { account: 'ann', class: 'MESSAGE_CLASS_HIGH', body: { text: { text: 'hey' } } } }],
      upTo: '40',
      more: true,
      next: '12',
    });
    expect(plaza.readers.historyAsks.at(-1)).toMatchObject({
      room: 'lobby',
      page: { before: Number.MAX_SAFE_INTEGER, after: undefined, limit: 200 },
      head,
      headSequence,
      viewer: undefined,
    });
  });

  test('the history of a room that is not there: 404, and the history is not asked', async () => {
    const asked = plaza.readers.historyAsks.length;
    plaza.door.answer = () => ({ $case: 'refused', value: { code: 'not-found', why: 'no room' } });
    expect((await plaza.ask('GET', '/v1/rooms/lobby/messages')).status).toBe(404);
    expect(plaza.readers.historyAsks).toHaveLength(asked);
  });

  test('the busiest rooms', async () => {
    const [start, end] = [{ periodStartMs: 3_600_000 }, { periodEndMs: 7_200_000 }];
    const rooms = [{ room: 'lobby', messages: 5, entries: 2, active: 3 }];
    const freshness = { asOfMs: 4_000_000, ageMs: 12, timeZone: 'Europe/Berlin' };
    plaza.readers.topRooms = { ...start, ...end, rooms, freshness };
    expect((await plaza.ask('GET', '/v1/top-rooms')).json).toEqual({ ...start, ...end, rooms, ...freshness, estimates: ['active'] });
    expect(plaza.readers.metricsAsks.at(-1)).toEqual({ metric: 'messages', period: 'hour', atMs: 0, limit: 100 });
    await plaza.ask('GET', '/v1/top-rooms?metric=active&period=day&at=7200000&limit=500');
    expect(plaza.readers.metricsAsks.at(-1)).toEqual({ metric: 'active', period: 'day', atMs: 7_200_000, limit: 500 });
  });

  test('the figures of a room, by default of the last day or the last thirty', async () => {
    plaza.door.answer = () => ({ $case: 'roomInfo', value: info });
    const points = [{ startMs: 3_600_000, endMs: 7_200_000, messages: 5, entries: 2, active: 3 }];
    const freshness = { asOfMs: 7_200_000, ageMs: 0, timeZone: 'UTC' };
    plaza.readers.figures = { points, freshness };
    const path = '/v1/rooms/lobby/figures';
    const asked = { room: 'lobby', period: 'day', fromMs: 3_600_000, toMs: 7_200_000 };
    const { status, json } = await plaza.ask('GET', `${path}?period=day&from=3600000&to=7200000`);
    expect([status, json]).toEqual([200, { points, ...freshness, estimates: ['active'] }]);
    expect(plaza.readers.metricsAsks.at(-1)).toEqual(asked);
    await plaza.ask('GET', `${path}?to=10000000000`);
    expect(plaza.readers.metricsAsks.at(-1)).toEqual({
      ...asked,
      period: 'hour',
      fromMs: 10_000_000_000 - 86_400_000,
      toMs: 10_000_000_000,
    });
    await plaza.ask('GET', `${path}?period=day`);
    const { fromMs, toMs } = plaza.readers.metricsAsks.at(-1) as { fromMs: number; toMs: number };
    expect([toMs - fromMs, Math.abs(toMs - Date.now()) < 10_000]).toEqual([30 * 86_400_000, true]);
  });

  test('the edges that live, without those that drain', async () => {
    plaza.beat({ id: 'e2', address: 'ws://e2/v1/connect' });
    plaza.beat({ id: 'e3', address: 'ws://e3/v1/connect', draining: true });
    const { status, json } = await plaza.ask('GET', '/v1/address?room=lobby', undefined, { authorization: '' });
    expect([status, new Set(json['connect'] as string[])]).toEqual([200, new Set(['ws://e1/v1/connect', 'ws://e2/v1/connect'])]);
  });
});

describe('sending a message', () => {
  test('answers with its place in the room', async () => {
    plaza.door.answer = () => ({ $case: 'accepted', value: { messageId: '7168', position: 7168 } });
    const { status, json } = await plaza.ask('POST', '/v1/rooms/lobby/messages', {
      as: 'ann',
      text: 'hi',
      ext: 'e',
      store: false,
      class: 'low',
    });
    expect([status, json]).toEqual([201, { result: 'accepted', messageId: '7168', position: '7168' }]);
    expect(plaza.door.last).toMatchObject({
      command: {
        value: {
          body: { ext: 'e', content: { $case: 'text', value: { text: 'hi' } } },
          options: { store: false, class: MessageClass.MESSAGE_CLASS_LOW },
        },
      },
      entry: { asAccount: 'ann', operator: '' },
    });
  });

  test("of a type of one's own", async () => {
    plaza.door.answer = () => ({ $case: 'accepted', value: { messageId: '1', position: 1 } });
    await plaza.ask('POST', '/v1/rooms/lobby/messages', { custom: { subType: 'gift.1', content: '{}' } });
    expect(plaza.door.last.command).toMatchObject({
      value: { body: { content: { $case: 'custom', value: { subType: 'gift.1', content: '{}' } } } },
    });
  });

  test('that is refused says for how long', async () => {
    plaza.door.answer = () => ({ $case: 'refused', value: { code: 'timed-muted', why: '12 s left', retryAfterMs: 11_001 } });
    const { status, headers, json } = await plaza.ask('POST', '/v1/rooms/lobby/messages', { as: 'ann', text: 'hi' });
    expect([status, headers.get('retry-after')]).toEqual([403, '12']);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(json).toEqual({
      type: 'urn:plaza:timed-muted',
      title: 'the account is muted for a time',
      status: 403,
      code: 'timed-muted',
      detail: '12 s left',
      retryAfterMs: 11_001,
    });
  });

  test('with a refusal that this version does not know: 409', async () => {
    plaza.door.answer = () => ({ $case: 'refused', value: { code: 'from-the-future', why: 'wait and see' } });
    const { status, json } = await plaza.ask('POST', '/v1/rooms/lobby/messages', { text: 'hi' });
    expect([status, json['code'], json['detail']]).toEqual([409, 'from-the-future', 'wait and see']);
  });
});

describe('tokens', () => {
  test('carry what was asked for', async () => {
    const before = Date.now();
    const ask = {
      account: 'ann',
      rooms: ['lobby'],
      nickname: 'Ann',
      avatar: 'https://a/b.png',
      deviceKind: 'web',
      capabilities: ['enter'],
      ttlSeconds: 60,
    };
    const { status, headers, json } = await plaza.ask('POST', '/v1/tokens', ask);
    expect([status, headers.get('cache-control'), json['account']]).toEqual([201, 'no-store', 'ann']);
    expect(json['expiresMs']).toBeGreaterThan(before + 58_000);
    const { ttlSeconds: _, ...claims } = ask;
    expect(verifyToken(tokenSecret, json['token'] as string, before)).toEqual({ claims: { ...claims, expiresMs: json['expiresMs'] } });
  });

  test('allow everything that the role does, unless narrowed', async () => {
    const { json } = await plaza.ask('POST', '/v1/tokens', { account: 'ann' });
    expect(verifyToken(tokenSecret, json['token'] as string, Date.now())).toMatchObject({
      claims: { capabilities: ['enter', 'send', 'manage'] },
    });
  });

  test('that would not fit a connect URL are refused', async () => {
    const rooms = Array.from({ length: 100 }, (_, i) => `${'r'.repeat(60)}${i}`);
    expect((await plaza.ask('POST', '/v1/tokens', { account: 'ann', rooms })).json).toMatchObject({ status: 413, code: 'too-large' });
  });
});

describe('the demo', () => {
  test('gives a guest of a room, which it creates', async () => {
    const { status, json } = await plaza.ask('POST', '/v1/demo/session', { room: 'lobby', name: 'Zoë' }, { authorization: '' });
    expect([status, json['nickname']]).toEqual([201, 'Zoë']);
    expect(json['connect']).toMatch(/^ws:\/\/e/);
    expect(plaza.door.last).toMatchObject({ command: { $case: 'createRoom', value: { creator: 'host' } }, entry: { room: 'lobby' } });
    expect(verifyToken(tokenSecret, json['token'] as string, Date.now())).toMatchObject({
      claims: { account: json['account'], nickname: 'Zoë', rooms: ['lobby'], capabilities: ['enter', 'send'] },
    });
  });

  test('finds a room that is there, and a name where none is given', async () => {
    plaza.door.answer = () => ({ $case: 'refused', value: { code: 'exists', why: '' } });
    const { status, json } = await plaza.ask('POST', '/v1/demo/session', { room: 'lobby' });
    expect([status, json['nickname']]).toEqual([201, expect.stringMatching(/^[A-Z]\w+ [A-Z]\w+$/)]);
  });
});

test("nothing secret and nobody's words reach the log", async () => {
  const { json } = await plaza.ask('POST', '/v1/tokens', { account: 'ann' });
  await plaza.ask('POST', '/v1/rooms/lobby/messages', { text: 'a-private-word' });
  await plaza.ask('POST', '/v1/rooms/lobby/messages', { text: 'a-private-word', nonsense: 1 });
  const log = plaza.lines.join('');
  expect(log).toContain('"operation":"sendMessage"');
  for (const secret of [apiKey, tokenSecret, json['token'] as string, 'a-private-word']) expect(log).not.toContain(secret);
});
