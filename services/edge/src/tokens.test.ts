import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Role } from '@plaza/proto/client';
import { eventually } from '@plaza/testkit';
import { EdgeWorld } from './edge.fixture.js';

let world: EdgeWorld;
const open = async (settings: ConstructorParameters<typeof EdgeWorld>[0] = {}): Promise<void> => {
  world = new EdgeWorld(settings);
  await world.start();
};

describe('what a token says', () => {
  beforeEach(() => open());
  afterEach(() => world.stop());

  test('is told to the room at entry', async () => {
    const more = { role: 'administrator', labels: [{ name: 'fan', level: 2 }], tags: ['vip'], nickname: 'Ann', deviceKind: 'tv' } as const;
    const ann = await world.connect(`?token=${world.token('ann', { ...more, labels: [...more.labels], tags: [...more.tags] })}`);
    await ann.join('lobby');
    expect(world.rooms.entries[0]?.facts).toMatchObject({
      ...{ account: 'ann', nickname: 'Ann', deviceKind: 'tv', tags: ['vip'], roleHint: Role.ROLE_ADMINISTRATOR },
      labels: [{ name: 'fan', level: 2, saved: false }],
    });
  });

  test('warns before its end, and a newer one keeps the connection', async () => {
    const ann = await world.connect(`?token=${world.token('ann', { expiresMs: Date.now() + 4000 })}`);
    await ann.join('lobby');
    await eventually(() => expect(ann.bodies('tokenExpires').length).toBe(1));
    expect(ann.bodies('tokenExpires')[0]!.leftMs).toBeLessThanOrEqual(4000);
    const expiresMs = Math.floor((Date.now() + 600_000) / 1000) * 1000;
    const { result } = await ann.authenticate(world.token('ann', { expiresMs }));
    expect(result).toEqual({ $case: 'authenticated', value: { account: 'ann', tokenExpiresMs: expiresMs } });
    expect(await ann.code(ann.say('lobby', 'still here'))).toBe('accepted');
    expect([ann.bodies('welcome').length, ann.bodies('tokenExpires').length]).toEqual([1, 1]);
  });

  test('of a renewed one holds from then on: capabilities, labels, rooms', async () => {
    const ann = await world.connect(`?token=${world.token('ann', { labels: [{ name: 'fan', level: 1 }] })}`);
    for (const room of ['lobby', 'other']) await ann.join(room);
    await ann.authenticate(
      world.token('ann', { labels: [{ name: 'gold', level: 5 }], rooms: ['lobby'], capabilities: ['enter', 'manage'] }),
    );
    await eventually(() => expect(ann.bodies('removed')).toMatchObject([{ room: 'other', code: 'not-allowed' }]));
    expect(world.rooms.entries.at(-1)).toMatchObject({ room: 'other', disconnected: true });
    expect(await ann.code(ann.say('lobby', 'x'))).toBe('not-allowed');
    expect(await ann.code(ann.ask({ room: 'lobby', body: { $case: 'muteRoom', value: { notice: undefined } } }))).toBe('done');
    expect(world.rooms.entries.at(-1)?.facts).toMatchObject({ labels: [{ name: 'gold', level: 5 }] });
    expect(await ann.code(ann.join('other'))).toBe('not-allowed');
    expect(ann.closedBy).toBeUndefined();
  });

  test('a room that is only being entered is kept to what was decided', async () => {
    const ann = await world.connect(`?token=${world.token('ann', { nickname: 'Old' })}`);
    await ann.join('lobby');
    await ann.authenticate(world.token('ann', { nickname: 'New', deviceKind: 'tv' }));
    await ann.join('other');
    const [lobby, other] = world.rooms.entries.map(({ facts }) => facts);
    expect([lobby?.nickname, other?.nickname, other?.deviceKind]).toEqual(['Old', 'New', '']);
  });

  test.each<[string, () => string, string]>([
    ['another account', () => world.token('bob'), 'not-allowed'],
    ['an end that is over', () => world.token('ann', { expiresMs: Date.now() - 5000 }), 'token-expired'],
    ['nonsense', () => 'nonsense', 'bad-token'],
  ])('is not renewed by %s, and the old one goes on', async (_name, token, code) => {
    const ann = await world.enter('ann', 'lobby');
    expect(await ann.code(ann.authenticate(token()))).toBe(code);
    expect(await ann.code(ann.say('lobby', 'still here'))).toBe('accepted');
  });
});

describe('a token by the platform’s own keys', () => {
  const keys = generateKeyPairSync('ed25519');
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = (account: string): string => {
    const text = `${part({ alg: 'EdDSA', kid: 'one' })}.${part({ sub: account, exp: Math.floor(Date.now() / 1000) + 60 })}`;
    return `${text}.${sign(null, Buffer.from(text), keys.privateKey).toString('base64url')}`;
  };
  /** The key set waits for this; it may fail. */
  let gate: Promise<void>;
  let letGo: () => void;
  let status: number;
  const server = createServer((_request, response) => {
    void gate.then(() =>
      response.writeHead(status).end(JSON.stringify({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one' }] })),
    );
  });

  beforeEach(async () => {
    status = 200;
    gate = new Promise((resolve) => (letGo = resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await open({ jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  });
  afterEach(async () => {
    await world.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('in the URL: what comes meanwhile waits, in order', async () => {
    const ann = await world.connect(`?token=${signed('ann')}`);
    for (let i = 0; i < 3; i++) ann.send({ body: { $case: 'ping', value: {} } });
    const joined = ann.join('lobby');
    letGo();
    expect(await ann.code(joined)).toBe('joined');
    const told = ann.frames.map(({ body }) => (body?.$case === 'reply' ? body.value.id : body?.$case));
    expect(told.slice(0, 5)).toEqual(['welcome', 1, 2, 3, 4]);
    expect(ann.bodies('welcome')).toMatchObject([{ account: 'ann', anonymous: false }]);
  });

  test('in a frame: who joins behind it does so as who it is, even behind two of them', async () => {
    const ann = await world.connect();
    const answers = [ann.authenticate('a.b.c'), ann.authenticate(signed('ann')), ann.join('lobby')];
    letGo();
    expect(await Promise.all(answers.map((answer) => ann.code(answer)))).toEqual(['bad-token', 'authenticated', 'joined']);
    expect(world.rooms.entries[0]?.facts).toMatchObject({ account: 'ann', anonymous: false });
  });

  test('renews while the connection goes on', async () => {
    const ann = await world.enter('ann', 'lobby');
    const renewed = ann.authenticate(signed('ann'));
    expect(await ann.code(ann.say('lobby', 'meanwhile'))).toBe('accepted');
    letGo();
    expect(await ann.code(renewed)).toBe('authenticated');
  });

  test('cannot be told where the keys cannot be had', async () => {
    status = 500;
    letGo();
    const ann = await world.connect(`?token=${signed('ann')}`);
    await eventually(() => expect(ann.closedBy).toBe(4506));
    expect(ann.bodies('goAway')).toEqual([{ code: 4506, reason: 'auth-unavailable', retryAfterMs: 2000 }]);
    const bob = await world.enter('bob', 'lobby');
    expect(await bob.code(bob.authenticate(signed('bob')))).toBe('auth-unavailable');
    expect(bob.closedBy).toBeUndefined();
  });

  test('who sends too much meanwhile is sent away', async () => {
    const ann = await world.connect(`?token=${signed('ann')}`);
    for (let i = 0; i < 60; i++) ann.send({ body: { $case: 'ping', value: {} } });
    await eventually(() => expect(ann.closedBy).toBe(4400));
    letGo();
  });
});
