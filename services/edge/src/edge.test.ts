import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Join, ListMembers, ReadHistory } from '@plaza/proto/client';
import { eventually } from '@plaza/testkit';
import { EdgeWorld } from './edge.fixture.js';

let world: EdgeWorld;
beforeEach(async () => {
  world = new EdgeWorld();
  await world.start();
});
afterEach(() => world.stop());

describe.each(['plaza.v1', 'plaza.v1.json'] as const)('a session over %s', (protocol) => {
  test('is welcomed, enters, sends, and gets what everybody sends, in order', async () => {
    const ann = await world.enter('ann', 'lobby', protocol);
    const bob = await world.enter('bob', 'lobby');
    expect(ann.bodies('welcome')).toEqual([expect.objectContaining({ account: 'ann', anonymous: false, edge: 'edge-1' })]);
    const reply = await ann.say('lobby', 'hello');
    expect(reply.result).toEqual({ $case: 'accepted', value: { messageId: '1010', position: 1010 } });
    for (let i = 0; i < 20; i++) world.rooms.say('lobby', `line ${i}`);
    const all = ['hello', ...Array.from({ length: 20 }, (_, i) => `line ${i}`)];
    await eventually(() => expect(ann.texts('lobby')).toEqual(all));
    await eventually(() => expect(bob.texts('lobby')).toEqual(all));
  });

  test('resumes after a position without a hole or a repeat', async () => {
    await world.enter('ann', 'lobby');
    for (let i = 0; i < 5; i++) world.rooms.say('lobby', `line ${i}`);
    const bob = await world.connect(`?token=${world.token('bob')}`, protocol);
    const reply = await bob.join('lobby', 1020);
    expect(reply.result).toMatchObject({ $case: 'joined', value: { complete: true } });
    world.rooms.say('lobby', 'now');
    await eventually(() => expect(bob.texts('lobby')).toEqual(['line 2', 'line 3', 'line 4', 'now']));
    expect(bob.batches('lobby')[0]?.prev).toBe(1020);
  });

  test('gets the newest signal', async () => {
    const ann = await world.enter('ann', 'lobby', protocol);
    const reactions = { total: 3, top: [{ kind: 'heart', count: 3 }] };
    world.rooms.signal('lobby', { accounts: 3, entered: 2, reactions });
    await eventually(() =>
      expect(ann.bodies('signal').at(-1)).toMatchObject({ room: 'lobby', accounts: 3, head: 1000, entered: 2, reactions }),
    );
    const bob = await world.enter('bob', 'lobby', protocol);
    // What happened before he came is not told to him as news.
    await eventually(() => expect(bob.bodies('signal').at(-1)).toMatchObject({ accounts: 3, entered: 0, reactions: undefined }));
    world.rooms.signal('lobby', { accounts: 4, entered: 1 });
    for (const client of [ann, bob])
      await eventually(() => expect(client.bodies('signal').at(-1)).toMatchObject({ accounts: 4, entered: 1 }));
  });

  test('answers bad frames, survives one, and is closed at the third in a row', async () => {
    const ann = await world.enter('ann', 'lobby', protocol);
    const bad = protocol === 'plaza.v1' ? Buffer.from([0xff, 0xff, 0xff]) : '{"no":';
    ann.socket.send(bad);
    await eventually(() => expect(ann.refusals).toEqual(['bad-frame']));
    expect((await ann.say('lobby', 'still here')).result?.$case).toBe('accepted');
    // A frame of the other kind is as malformed as any.
    ann.socket.send(protocol === 'plaza.v1' ? 'text' : Buffer.from([1]));
    ann.socket.send(bad);
    ann.socket.send(bad);
    await eventually(() => expect(ann.closedBy).toBe(4400));
    expect(ann.bodies('goAway')).toEqual([{ code: 4400, reason: 'bad-frame', retryAfterMs: undefined }]);
  });
});

describe('connecting', () => {
  test('by one URL, without subprotocol, makes an anonymous guest who is in the room', async () => {
    const guest = await world.connect('?room=lobby', undefined);
    await eventually(() => expect(guest.bodies('reply')[0]).toMatchObject({ id: 0, result: { $case: 'joined' } }));
    expect(guest.bodies('welcome')[0]).toMatchObject({ anonymous: true, account: expect.stringMatching(/^anon-[\w-]{12}$/) });
    expect(world.rooms.entries[0]?.facts).toMatchObject({ anonymous: true, room: 'lobby' });
  });

  test('with a bad or an old token is told so and closed', async () => {
    const bad = await world.connect('?token=nonsense');
    await eventually(() => expect(bad.closedBy).toBe(4401));
    const old = await world.connect(`?token=${world.token('ann', { expiresMs: Date.now() - 5000 })}`);
    await eventually(() => expect(old.closedBy).toBe(4402));
    expect(old.bodies('goAway')[0]).toMatchObject({ code: 4402, reason: 'token-expired' });
  });

  test('a token can come by frame, be renewed, and not change the account', async () => {
    const ann = await world.connect();
    const authenticate = (token: string) =>
      ann.ask({ body: { $case: 'authenticate', value: { token, device: { id: 'phone', kind: 'ios' } } } });
    expect((await authenticate('nonsense')).result).toMatchObject({ $case: 'refused', value: { code: 'bad-token' } });
    expect((await authenticate(world.token('ann'))).result).toMatchObject({ $case: 'authenticated', value: { account: 'ann' } });
    expect((await authenticate(world.token('ann'))).result?.$case).toBe('authenticated');
    expect((await authenticate(world.token('bob'))).result).toMatchObject({ value: { code: 'not-allowed' } });
    await ann.join('lobby');
    expect(world.rooms.entries[0]?.facts).toMatchObject({ account: 'ann', deviceId: 'phone', deviceKind: 'ios' });
  });

  test('an expired token ends the connection', async () => {
    const ann = await world.connect(`?token=${world.token('ann', { expiresMs: Math.ceil(Date.now() / 1000) * 1000 + 1000 })}`);
    await eventually(() => expect(ann.closedBy).toBe(4402));
  });

  test('asks for /v1/connect and a known subprotocol', async () => {
    const base = world.edge.connectUrl().replace('ws:', 'http:');
    expect((await fetch(base.replace('/v1/connect', '/'))).status).toBe(404);
    await expect(world.connect('', 'other.v9' as 'plaza.v1')).rejects.toThrow('400');
  });
});

describe('a command', () => {
  test('is refused with a reason, and the connection survives', async () => {
    const ann = await world.connect(`?token=${world.token('ann', { rooms: ['lobby'], capabilities: ['enter'] })}`);
    const code = async (reply: ReturnType<typeof ann.ask>) => {
      const { result } = await reply;
      return result?.$case === 'refused' ? result.value.code : result?.$case;
    };
    expect(await code(ann.say('lobby', 'x'))).toBe('not-joined');
    expect(await code(ann.join('other'))).toBe('not-allowed');
    expect(await code(ann.join('no such room!'))).toBe('bad-request');
    expect(await code(ann.join('lobby'))).toBe('joined');
    expect(await code(ann.say('lobby', 'x'))).toBe('not-allowed');
    expect(await code(ann.ask({ room: 'lobby', commandId: 'x'.repeat(65), body: { $case: 'getRoom', value: {} } }))).toBe('bad-request');
    expect(await code(ann.ask({ id: 77, body: undefined }))).toBe('bad-request');
    expect(await code(ann.ask({ room: 'lobby', body: { $case: 'leave', value: {} } }))).toBe('done');
    expect(await code(ann.ask({ room: 'lobby', body: { $case: 'getRoom', value: {} } }))).toBe('not-joined');
    expect((await ann.ask({ body: { $case: 'ping', value: {} } })).result?.$case).toBe('pong');
  });

  test('that the room refuses is passed on: an unknown room is not entered', async () => {
    world.rooms.answer = ({ room }) =>
      room === 'nowhere' ? { $case: 'refused', value: { code: 'not-found', why: 'no', retryAfterMs: undefined } } : undefined;
    const ann = await world.enter('ann', 'lobby');
    expect((await ann.join('nowhere')).result).toMatchObject({ $case: 'refused', value: { code: 'not-found' } });
    expect((await ann.say('nowhere', 'x')).result).toMatchObject({ value: { code: 'not-joined' } });
  });

  test("has a name, the client's own or one of the edge", async () => {
    const ann = await world.enter('ann', 'lobby');
    await ann.say('lobby', 'one', 'mine');
    await ann.say('lobby', 'two');
    expect(world.rooms.entries.slice(1).map(({ commandId }) => commandId)).toEqual(['mine', expect.stringMatching(/^~edge-1\./)]);
  });

  test('of an over-eager connection is refused for a while, and the abuse of that ends it', async () => {
    const ann = await world.enter('ann', 'lobby');
    for (let i = 0; i < 60; i++) ann.send({ body: { $case: 'ping', value: {} } });
    await eventually(() => expect(ann.refusals.length).toBeGreaterThan(5));
    const limited = ann.bodies('reply').find(({ result }) => result?.$case === 'refused');
    expect(limited?.result).toMatchObject({ value: { code: 'rate-limited', retryAfterMs: expect.any(Number) } });
    expect(ann.closedBy).toBeUndefined();
    for (let i = 0; i < 400; i++) ann.send({ body: { $case: 'ping', value: {} } });
    await eventually(() => expect(ann.closedBy).toBe(4400));
  });

  test('over the size is refused, far over it ends the connection', async () => {
    const ann = await world.enter('ann', 'lobby');
    ann.socket.send(Buffer.alloc(70_000));
    await eventually(() => expect(ann.refusals).toEqual(['too-large']));
    expect((await ann.say('lobby', 'small')).result?.$case).toBe('accepted');
    ann.socket.send(Buffer.alloc(200_000));
    await eventually(() => expect(ann.closedBy).toBeDefined());
  });

  test('members and history are answered for who is in the room', async () => {
    const ann = await world.enter('ann', 'lobby');
    await ann.say('lobby', 'x');
    const members = await ann.ask({ room: 'lobby', body: { $case: 'listMembers', value: ListMembers.create({ limit: 5 }) } });
    expect(members.result).toMatchObject({ $case: 'memberPage', value: { next: 'more' } });
    const history = (page: { before?: number; after?: number; limit?: number }) =>
      ann.ask({ room: 'lobby', body: { $case: 'readHistory', value: ReadHistory.create(page) } });
    await eventually(() => expect(ann.texts('lobby')).toEqual(['x']));
    expect((await history({})).result).toMatchObject({ $case: 'historyPage', value: { upTo: 1010 } });
    expect(world.history.reads).toEqual([expect.objectContaining({ room: 'lobby', head: 1010, headSequence: 1010 })]);
  });

  test.each<[Partial<ReadHistory>, string]>([
    [{ limit: 200, before: 9 }, 'historyPage'],
    [{ limit: 201 }, 'bad-request'],
    [{ before: 1, after: 2 }, 'bad-request'],
    [{ afterMs: 1, after: 2 }, 'bad-request'],
    [{ beforeMs: 1, afterMs: 2 }, 'bad-request'],
    [{ types: ['text', 'event'], afterMs: 5 }, 'historyPage'],
    [{ types: ['text', 'song'] }, 'bad-request'],
    [{ types: Array.from({ length: 11 }, () => 'text') }, 'bad-request'],
    [{ sender: 'a'.repeat(64) }, 'historyPage'],
    [{ sender: 'a'.repeat(65) }, 'bad-request'],
    [{ audienceTag: 'Ω'.repeat(32) }, 'historyPage'],
    [{ audienceTag: 'Ω'.repeat(33) }, 'too-large'],
    [{ audienceTag: 'a\u0000' }, 'bad-request'],
  ])('for history by %j is answered with %s, for who reads', async (page, answer) => {
    const ann = await world.connect(`?token=${world.token('ann', { tags: ['vip'] })}`);
    await ann.ask({ room: 'lobby', body: { $case: 'join', value: Join.fromPartial({ tags: ['red'] }) } });
    const whole = ReadHistory.fromPartial(page);
    expect(await ann.code(ann.ask({ room: 'lobby', body: { $case: 'readHistory', value: whole } }))).toBe(answer);
    const viewer = { account: 'ann', tags: ['vip', 'red'] };
    expect(world.history.reads).toEqual(answer === 'historyPage' ? [expect.objectContaining({ page: whole, viewer })] : []);
  });
});
