import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Join, Role } from '@plaza/proto/client';
import { eventually } from '@plaza/testkit';
import { edgeMistakes, type EdgeConfig } from './config.js';
import { EdgeWorld, tokenSecret, type Client } from './edge.fixture.js';
import { Endpoint } from './entry-endpoint.fixture.js';

let endpoint: Endpoint;
let world: EdgeWorld;
beforeEach(async () => {
  endpoint = new Endpoint();
  const entryCallbackUrl = await endpoint.start();
  world = new EdgeWorld({ entryCallbackUrl, entryCallbackSecret: tokenSecret, entryCallbackMs: 2000 });
  await world.start();
});
afterEach(async () => {
  await world.stop();
  await endpoint.stop();
});

const connect = (account = 'ann'): Promise<Client> =>
  world.connect(
    `?token=${world.token(account, { tags: ['vip'], labels: [{ name: 'fan', level: 2 }], nickname: 'Ann' })}&device=phone&deviceKind=ios`,
  );
const join = (client: Client, wish: Partial<Join> = {}) =>
  client.ask({ room: 'lobby', body: { $case: 'join', value: Join.fromPartial(wish) } });

describe('the entry callback', () => {
  test('is asked before the room, with all that is known', async () => {
    const ann = await connect();
    await join(ann, { tags: ['seat 7'] });
    expect(endpoint.asked).toEqual([
      {
        ...{ room: 'lobby', account: 'ann', anonymous: false, deviceId: 'phone', deviceKind: 'ios', tags: ['vip', 'seat 7'] },
        ...{ labels: [{ name: 'fan', level: 2 }], ip: '127.0.0.1' },
      },
    ]);
    expect(world.rooms.entries.length).toBe(1);
  });

  test('what it adds wins over token and join', async () => {
    endpoint.say({
      allow: true,
      nickname: 'Queen',
      avatar: 'https://x.example/a',
      tags: ['gold'],
      labels: [{ name: 'top', level: 9 }],
      role: 'regular',
    });
    const ann = await connect();
    await join(ann, { nickname: 'me', tags: ['mine'] });
    expect(world.rooms.entries[0]?.facts).toMatchObject({
      ...{ nickname: 'Queen', avatar: 'https://x.example/a', tags: ['gold'], roleHint: Role.ROLE_REGULAR },
      labels: [{ name: 'top', level: 9, saved: false }],
    });
    await ann.authenticate(world.token('ann', { labels: [{ name: 'fan', level: 3 }] }));
    await ann.say('lobby', 'x');
    expect(world.rooms.entries.at(-1)?.facts?.labels).toMatchObject([{ name: 'top' }]);
  });

  test('its no is told with its reason; the room hears nothing, and the connection stays', async () => {
    endpoint.say({ allow: false, reason: 'members only' });
    const ann = await connect();
    expect((await join(ann)).result).toMatchObject({ $case: 'refused', value: { code: 'auth-denied', why: 'members only' } });
    expect([world.rooms.entries.length, ann.closedBy]).toEqual([0, undefined]);
    endpoint.say({ allow: true });
    expect(await ann.code(join(ann))).toBe('joined');
  });

  test('its failure is told as that, with a time to come back', async () => {
    endpoint.answer = (response) => response.writeHead(500).end();
    const ann = await connect();
    expect((await join(ann)).result).toMatchObject({ value: { code: 'auth-unavailable', retryAfterMs: 1000 } });
    expect([world.rooms.entries.length, ann.closedBy]).toEqual([0, undefined]);
  });

  test('is asked for an anonymous guest by URL too', async () => {
    endpoint.say({ allow: false });
    const guest = await world.connect('?room=lobby');
    await eventually(() => expect(guest.refusals).toEqual(['auth-denied']));
    expect(endpoint.asked[0]).toMatchObject({ anonymous: true, account: expect.stringMatching(/^anon-/) });
  });

  test('is not asked again by who is in the room', async () => {
    const ann = await connect();
    await join(ann);
    await join(ann, { after: 1000 });
    expect(endpoint.asked.length).toBe(1);
  });

  test('who goes while it is asked has never been in', async () => {
    const held: (() => void)[] = [];
    endpoint.answer = (response) => void held.push(() => response.end('{"allow":true}'));
    const ann = await connect();
    ann.send({ room: 'lobby', body: { $case: 'join', value: Join.create({}) } });
    await eventually(() => expect(held.length).toBe(1));
    ann.socket.terminate();
    await eventually(async () => expect(await world.figure('plaza_edge_sessions')).toBe(0));
    held[0]!();
    const bob = await connect('bob');
    const joined = join(bob);
    await eventually(() => expect(held.length).toBe(2));
    held[1]!();
    expect(await bob.code(joined)).toBe('joined');
    expect(world.rooms.entries.map(({ facts }) => facts?.account)).toEqual(['bob']);
  });
});

test.each([
  [{}, 0],
  [{ entryCallbackUrl: 'https://x.example/' }, 1],
  [{ entryCallbackUrl: 'https://x.example/', entryCallbackSecret: tokenSecret }, 0],
])('settings %j have %i mistakes', (settings, mistakes) => {
  expect(edgeMistakes(settings as EdgeConfig).length).toBe(mistakes);
});
