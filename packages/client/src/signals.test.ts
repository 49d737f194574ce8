import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Event } from '@plaza/proto/client';
import { Direct, Signal, type ClientFrame } from '@plaza/proto/client';
import { FakeClock } from '@plaza/testkit';
import { PlazaClient, type PlazaClientOptions, type Room } from './index.js';
import { eventAt, friendly, ScriptedSocket, type Result } from './scripted-socket.fixture.js';

describe('what comes outside the order', () => {
  let clock: FakeClock;
  let socket: ScriptedSocket;
  let client: PlazaClient;
  let answer: (frame: ClientFrame) => Result | undefined;

  const enter = async (options: Partial<PlazaClientOptions> = {}): Promise<Room> => {
    client = new PlazaClient({
      url: 'ws://edge/v1/connect',
      timers: clock,
      webSocket: function (url: string, name: string) {
        return (socket = new ScriptedSocket(url, name, (frame) => answer(frame)));
      } as never,
      ...options,
    });
    const entering = client.join('lobby', { tags: ['red'], noticeAudience: 'red' });
    await clock.pass(0);
    socket.open();
    return entering;
  };

  beforeEach(() => {
    clock = new FakeClock();
    answer = friendly;
  });

  test('an entry names its tags and who sees it', async () => {
    await enter();
    expect(socket.of('join')[0]!.body).toMatchObject({ value: { tags: ['red'], noticeAudience: 'red', after: undefined } });
  });

  test('a directed message', async () => {
    const room = await enter();
    const got: Direct[] = [];
    room.on('direct', (direct) => got.push(direct));
    const direct = Direct.fromPartial({ room: 'lobby', after: 100, timeMs: 5, message: { account: 'bob' }, receivers: ['ann'] });
    socket.push({ body: { $case: 'direct', value: direct } });
    socket.push({ body: { $case: 'direct', value: { ...direct, room: 'elsewhere' } } });
    expect(got).toEqual([direct]);
  });

  test('reactions and digests, only where there are any', async () => {
    const room = await enter();
    const seen: unknown[] = [];
    room.on('reactions', ({ total, top }) => seen.push([total, top]));
    room.on('digest', (digest) => seen.push(digest));
    const push = (signal: Partial<Signal>): void =>
      socket.push({ body: { $case: 'signal', value: Signal.fromPartial({ room: 'lobby', head: 100, ...signal }) } });
    push({ atMs: 5 });
    push({ reactions: { total: 0, top: [] } });
    push({ reactions: { total: 7, top: [{ kind: 'heart', count: 7 }] } });
    push({ entered: 3, left: 0, notableEntered: ['boss'] });
    expect(seen).toEqual([[7, [{ kind: 'heart', count: 7 }]], { entered: 3, left: 0, notableEntered: ['boss'], notableLeft: [] }]);
  });

  test.each(['kicked', 'blocked', 'room-closed', 'other-device', 'replaced', 'disabled'])('a removal says why: %s', async (code) => {
    const room = await enter();
    const removals: unknown[] = [];
    room.on('removed', (removal) => removals.push(removal));
    socket.push({ body: { $case: 'removed', value: { room: 'lobby', code, why: 'because' } } });
    expect(removals).toEqual([{ code, why: 'because' }]);
    expect(room.state).toBe('removed');
  });

  test.each([4400, 4401, 4403, 4405, 4409])('the close code %i is final', async (code) => {
    await enter();
    const first = socket;
    socket.lose(code);
    await clock.pass(120_000);
    expect([socket === first, client.state]).toEqual([true, 'closed']);
  });

  test('what is said again to who returns comes once, in order, and not twice with the batches', async () => {
    const recent = [95, 90, 95, 101].map(eventAt);
    const again: Result = { $case: 'joined', value: { self: undefined, room: undefined, complete: true, completeFrom: 0, recent } };
    answer = (frame) => (frame.body?.$case === 'join' ? again : friendly(frame));
    const room = await enter();
    const positions: number[] = [];
    room.onEvents((events: readonly Event[]) => positions.push(...events.map(({ position }) => position)));
    socket.batch(100, 101, 102);
    await clock.pass(200);
    expect(positions).toEqual([90, 95, 101, 102]);
  });

  describe('a token that ends soon', () => {
    const expires = (leftMs: number): void => socket.push({ body: { $case: 'tokenExpires', value: { leftMs } } });
    const tokens = (): unknown[] => socket.of('authenticate').map(({ body }) => (body?.$case === 'authenticate' ? body.value.token : ''));

    test('is renewed on the same connection, once however often it is said', async () => {
      let asked = 0;
      await enter({ token: () => `token-${++asked}` });
      expires(30_000);
      expires(29_000);
      await clock.pass(10);
      expect(tokens()).toEqual(['token-1', 'token-2']);
      expect(client.state).toBe('online');
    });

    test('is only told where it is fixed', async () => {
      await enter({ token: 'fixed' });
      const left: number[] = [];
      client.on('tokenExpires', ({ leftMs }) => left.push(leftMs));
      expires(30_000);
      await clock.pass(10);
      expect([left, tokens()]).toEqual([[30_000], ['fixed']]);
    });

    test('a renewal that fails is tried again at the next reminder', async () => {
      let asked = 0;
      await enter({ token: () => (++asked === 2 ? Promise.reject(new Error('no')) : `token-${asked}`) });
      expires(30_000);
      await clock.pass(10);
      expires(20_000);
      await clock.pass(10);
      expect(tokens()).toEqual(['token-1', 'token-3']);
    });
  });
});
