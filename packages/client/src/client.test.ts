import { beforeEach, describe, expect, test } from '@jest/globals';
import { Signal, type ClientFrame } from '@plaza/proto/client';
import { FakeClock } from '@plaza/testkit';
import { OutboxFull, PlazaClient, PlazaClosed, PlazaRefused, PlazaTimeout, type PlazaClientOptions, type Room } from './index.js';
import { friendly, joined, ScriptedSocket, type Result } from './scripted-socket.fixture.js';

describe.each(['binary', 'json'] as const)('PlazaClient (%s)', (protocol) => {
  let clock: FakeClock;
  let sockets: ScriptedSocket[];
  let answer: (frame: ClientFrame, socket: ScriptedSocket) => Result | undefined;
  let client: PlazaClient;
  let states: string[];

  const start = (options: Partial<PlazaClientOptions> = {}): void => {
    client = new PlazaClient({
      url: 'ws://edge/v1/connect',
      token: 'secret',
      protocol,
      timers: clock,
      random: () => 0.5,
      webSocket: function (url: string, name: string) {
        const socket = new ScriptedSocket(url, name, (frame, self) => answer(frame, self));
        sockets.push(socket);
        return socket;
      } as never,
      ...options,
    });
    client.on('state', ({ state }) => states.push(state));
  };
  const socket = (): ScriptedSocket => sockets.at(-1)!;
  const enter = async (): Promise<Room> => {
    const entering = client.join('lobby', { nickname: 'Ann' });
    await clock.pass(0);
    socket().open();
    return entering;
  };
  const received = (room: Room): number[] => {
    const positions: number[] = [];
    room.onEvents((events) => positions.push(...events.map(({ position }) => position)));
    return positions;
  };

  beforeEach(() => {
    clock = new FakeClock();
    [sockets, states] = [[], []];
    answer = friendly;
    start();
  });

  test('joins: socket, token, room', async () => {
    const room = await enter();
    expect(room.state).toBe('in');
    expect(room.position).toBe(100);
    expect(client.account).toBe('ann');
    expect(states).toEqual(['connecting', 'online']);
    expect(socket().frames.map(({ body }) => body?.$case)).toEqual(['authenticate', 'join']);
    expect(socket().frames[1]!.body).toMatchObject({ value: { nickname: 'Ann', after: undefined } });
    expect(socket().url).not.toContain('secret');
    expect(await client.join('lobby')).toBe(room);
  });

  test('a guest without a token names the device in the URL and joins at once', async () => {
    start({ token: undefined as never, device: { id: 'd 1', kind: 'web' } });
    await enter();
    expect(socket().url).toBe('ws://edge/v1/connect?device=d%201&deviceKind=web');
    expect(socket().frames.map(({ body }) => body?.$case)).toEqual(['join']);
  });

  test('events come in order, repeats are dropped, and the page gets them in one go', async () => {
    const room = await enter();
    const calls: number[][] = [];
    room.onEvents((events) => calls.push(events.map(({ position }) => position)));
    socket().batch(100, 101, 102);
    socket().batch(100, 101, 102);
    socket().batch(102, 103);
    socket().batch(101, 102, 103, 104);
    socket().batch(104);
    expect(calls).toEqual([[101, 102]]);
    await clock.pass(100);
    expect(calls).toEqual([
      [101, 102],
      [103, 104],
    ]);
    expect(room.position).toBe(104);
  });

  test('a batch that was for others moves the reader on', async () => {
    const room = await enter();
    socket().push({ batches: [{ room: 'lobby', prev: 100, last: 105, events: [], skipped: [] }] });
    socket().batch(105, 106);
    expect(room.position).toBe(106);
    expect(socket().of('join')).toHaveLength(1);
  });

  test('a gap is asked for once, and closed without a hole', async () => {
    const room = await enter();
    const positions = received(room);
    socket().batch(100, 101);
    socket().batch(102, 103);
    socket().batch(103, 104);
    expect(positions).toEqual([101]);
    expect(
      socket()
        .of('join')
        .map(({ body }) => (body?.$case === 'join' ? body.value.after : 0)),
    ).toEqual([undefined, 101]);
    await clock.pass(0);
    socket().batch(101, 102, 103, 104);
    await clock.pass(200);
    expect(positions).toEqual([101, 102, 103, 104]);
  });

  test('what cannot be given any more is told', async () => {
    const room = await enter();
    const holes: unknown[] = [];
    room.on('incomplete', (hole) => holes.push(hole));
    socket().push({ body: { $case: 'incomplete', value: { room: 'lobby', after: 100, until: 200 } } });
    socket().batch(200, 201);
    expect(holes).toEqual([{ after: 100, until: 200 }]);
    expect(room.position).toBe(201);
  });

  test('sends, manages and reads', async () => {
    const room = await enter();
    expect(await room.send('hello')).toEqual({ outcome: 'accepted', messageId: '1003', position: 1003 });
    expect(await room.moderation.mute('bob', { notifyExt: 'x' })).toEqual({ position: 7, secondsLeft: undefined });
    await room.moderation.kick('bob', { reason: 'spam' });
    expect((await room.history({ before: 50, limit: 10 })).upTo).toBe(90);
    const [sent] = socket().of('sendMessage');
    expect(sent).toMatchObject({ room: 'lobby', commandId: expect.stringMatching(/^[0-9a-f]{24}$/) });
    expect(socket().of('kickMember')[0]!.body).toMatchObject({ value: { account: 'bob', reason: 'spam' } });
    expect(socket().of('readHistory')[0]!.body).toMatchObject({ value: { before: 50, limit: 10 } });
  });

  test('a refusal has its code and wait', async () => {
    const room = await enter();
    answer = () => ({ $case: 'refused', value: { code: 'timed-muted', why: 'for 5 s', retryAfterMs: 5000 } });
    await expect(room.send('x')).rejects.toMatchObject({ name: 'PlazaRefused', code: 'timed-muted', retryAfterMs: 5000 });
  });

  test('unavailable is asked again with the same command id, after the wait', async () => {
    const room = await enter();
    answer = () => ({ $case: 'unavailable', value: { retryAfterMs: 700, why: 'takeover' } });
    const sending = room.send('x');
    await clock.pass(600);
    answer = friendly;
    await clock.pass(200);
    expect(await sending).toMatchObject({ position: expect.any(Number) });
    const ids = socket()
      .of('sendMessage')
      .map(({ commandId }) => commandId);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test('a lost connection: comes back, resumes after the last position, sends again what had no answer', async () => {
    const room = await enter();
    const positions = received(room);
    socket().batch(100, 101);
    answer = (frame) => (frame.body?.$case === 'sendMessage' ? undefined : friendly(frame));
    const first = room.send('one');
    const before = socket();
    before.lose();
    expect([client.state, room.state]).toEqual(['away', 'away']);
    const second = room.send('two');
    answer = friendly;
    await clock.pass(250);
    expect(sockets).toHaveLength(2);
    socket().open();
    await clock.pass(0);
    const again = socket().of('join')[0]!;
    expect(again.body).toMatchObject({ value: { after: 101 } });
    expect(
      socket()
        .of('sendMessage')
        .map(({ commandId }) => commandId)[0],
    ).toBe(before.of('sendMessage')[0]!.commandId);
    await Promise.all([first, second]);
    socket().batch(101, 102);
    await clock.pass(200);
    expect(positions).toEqual([101, 102]);
    expect(states).toEqual(['connecting', 'online', 'away', 'online']);
  });

  test('what one is called stays over a reconnect', async () => {
    const room = await enter();
    await room.members.updateSelf({ nickname: 'Anna', save: true });
    answer = () => ({ $case: 'refused', value: { code: 'bad-request', why: 'no', retryAfterMs: undefined } });
    await expect(room.members.updateSelf({ nickname: 'x'.repeat(99) })).rejects.toBeInstanceOf(PlazaRefused);
    answer = friendly;
    socket().lose();
    await clock.pass(300);
    socket().open();
    await clock.pass(0);
    expect(socket().of('join')[0]!.body).toMatchObject({ value: { nickname: 'Anna', after: 100 } });
  });

  test('what comes in one turn with the answer to a resume is there once', async () => {
    const room = await enter();
    const got = received(room);
    socket().lose();
    answer = (frame, self) => {
      if (frame.body?.$case === 'join') {
        self.reply(frame, joined);
        self.batch(100, 101);
        return undefined;
      }
      return friendly(frame);
    };
    await clock.pass(1000);
    socket().open();
    await clock.pass(0);
    socket().batch(101, 102);
    await clock.pass(200);
    expect(got).toEqual([101, 102]);
    expect(socket().of('join')).toHaveLength(1);
  });

  test('a resume that is not complete says so', async () => {
    const room = await enter();
    const holes: unknown[] = [];
    room.on('incomplete', (hole) => holes.push(hole));
    answer = (frame) =>
      frame.body?.$case === 'join'
        ? { $case: 'joined', value: { self: undefined, room: undefined, complete: false, completeFrom: 180, recent: [] } }
        : friendly(frame);
    socket().lose();
    await clock.pass(300);
    socket().open();
    await clock.pass(0);
    expect(holes).toEqual([{ after: 100, until: 180 }]);
    expect(room.position).toBe(180);
  });

  test('waits double with every failure, with jitter, to a bound', async () => {
    start({ backoff: { firstMs: 100, longestMs: 400 }, openTimeoutMs: 10 });
    const waits: number[] = [];
    client.on('state', ({ retryInMs }) => {
      if (retryInMs !== undefined) waits.push(retryInMs);
    });
    void client.join('lobby').catch(() => undefined);
    for (let i = 0; i < 5; i++) await clock.pass(220);
    expect(waits.slice(0, 4)).toEqual([50, 100, 200, 200]);
    client.close();
  });

  test('comes back when the server said', async () => {
    await enter();
    socket().push({ body: { $case: 'goAway', value: { code: 4504, reason: 'draining', retryAfterMs: 3000 } } });
    socket().lose(4504);
    await clock.pass(2900);
    expect(sockets).toHaveLength(1);
    await clock.pass(200);
    expect(sockets).toHaveLength(2);
  });

  test('does not come back when the server said so, and what waits fails', async () => {
    const room = await enter();
    answer = () => undefined;
    const sending = room.send('x');
    const outcome = expect(sending).rejects.toThrow(PlazaClosed);
    socket().push({ body: { $case: 'goAway', value: { code: 4409, reason: 'the same device connected again' } } });
    socket().lose(4409);
    await outcome;
    await clock.pass(120_000);
    expect(sockets).toHaveLength(1);
    expect([client.state, room.state]).toEqual(['closed', 'left']);
    await expect(client.join('other')).rejects.toThrow(PlazaClosed);
  });

  test('a reconnect can be asked for at once', async () => {
    await enter();
    socket().push({ body: { $case: 'goAway', value: { code: 4504, reason: 'draining', retryAfterMs: 60_000 } } });
    socket().lose(4504);
    client.reconnectNow();
    await clock.pass(0);
    expect(sockets).toHaveLength(2);
  });

  test('an unanswered ping is a lost connection', async () => {
    await enter();
    answer = () => undefined;
    const silent = socket();
    await clock.pass(20_000);
    expect(silent.of('ping')).toHaveLength(1);
    await clock.pass(8000);
    expect(silent.closed).toBe(true);
    await clock.pass(1000);
    expect(sockets).toHaveLength(2);
  });

  test('pings that are answered keep it', async () => {
    await enter();
    await clock.pass(70_000);
    expect(socket().of('ping')).toHaveLength(3);
    expect(sockets).toHaveLength(1);
  });

  test('everything ends in time: a silent join, a silent request', async () => {
    answer = (frame) => (frame.body?.$case === 'authenticate' ? friendly(frame) : undefined);
    const entering = client.join('lobby');
    const outcome = expect(entering).rejects.toThrow(PlazaTimeout);
    await clock.pass(0);
    socket().open();
    for (let i = 0; i < 30; i++) {
      await clock.pass(2000);
      if (!socket().closed) socket().open();
    }
    await outcome;
    answer = friendly;
    start();
    const room = await enter();
    answer = () => undefined;
    const reading = room.history();
    const late = expect(reading).rejects.toThrow(PlazaTimeout);
    await clock.pass(10_001);
    await late;
  });

  test('no more waits than may', async () => {
    start({ outboxLimit: 3 });
    const room = await enter();
    socket().lose();
    const waiting = [1, 2, 3].map((n) => room.send(String(n)));
    await expect(room.send('4')).rejects.toThrow(OutboxFull);
    await clock.pass(300);
    socket().open();
    expect(await Promise.all(waiting)).toHaveLength(3);
  });

  test('a refused entry is a refusal, and the room can be tried again', async () => {
    answer = (frame) => (frame.body?.$case === 'join' ? { $case: 'refused', value: { code: 'blocked', why: 'no' } } : friendly(frame));
    await expect(enter()).rejects.toThrow(PlazaRefused);
    answer = friendly;
    expect((await client.join('lobby')).state).toBe('in');
  });

  test('removed from a room: told once, and its requests fail', async () => {
    const room = await enter();
    const told: unknown[] = [];
    room.on('removed', (removal) => told.push(removal));
    answer = () => undefined;
    const outcome = expect(room.send('x')).rejects.toMatchObject({ code: 'kicked' });
    socket().push({ body: { $case: 'removed', value: { room: 'lobby', code: 'kicked', why: 'spam' } } });
    await outcome;
    expect(told).toEqual([{ code: 'kicked', why: 'spam' }]);
    expect([room.state, client.state]).toEqual(['removed', 'online']);
    await expect(room.send('y')).rejects.toThrow(PlazaClosed);
  });

  test('a bad token ends it', async () => {
    answer = () => ({ $case: 'refused', value: { code: 'bad-token', why: 'not valid' } });
    await expect(enter()).rejects.toMatchObject({ name: 'PlazaClosed' });
    expect(client.state).toBe('closed');
    expect(socket().closed).toBe(true);
  });

  test('a token function is asked for each connection, and before the token ends', async () => {
    let asked = 0;
    start({ token: () => Promise.resolve(`token-${++asked}`) });
    answer = (frame) =>
      frame.body?.$case === 'authenticate'
        ? { $case: 'authenticated', value: { account: 'ann', tokenExpiresMs: clock.now() + 90_000 } }
        : friendly(frame);
    await enter();
    expect(asked).toBe(1);
    await clock.pass(61_000);
    expect(
      socket()
        .of('authenticate')
        .map(({ body }) => (body?.$case === 'authenticate' ? body.value.token : '')),
    ).toEqual(['token-1', 'token-2']);
    socket().lose();
    await clock.pass(1000);
    expect(asked).toBe(3);
  });

  test('a url function is asked for each connection, and again where it fails', async () => {
    const urls = [() => 'ws://one/', () => Promise.reject(new Error('away')), () => Promise.resolve('ws://two/')];
    let asked = 0;
    start({ url: () => urls[asked++]!() });
    await enter();
    socket().lose();
    for (let i = 0; i < 4; i++) await clock.pass(300);
    expect(sockets.map(({ url }) => url)).toEqual(['ws://one/', 'ws://two/']);
  });

  test('several urls are tried in turn', async () => {
    start({ url: undefined as never, urls: ['ws://one/', 'ws://two/'] });
    await enter();
    for (let i = 0; i < 2; i++) {
      socket().lose();
      await clock.pass(1000);
    }
    expect(sockets.map(({ url }) => url)).toEqual(['ws://one/', 'ws://two/', 'ws://one/']);
  });

  test('counts and staleness come as they change', async () => {
    const room = await enter();
    const counts: number[] = [];
    const stale: boolean[] = [];
    room.on('counts', ({ accounts }) => counts.push(accounts));
    room.on('stale', (is) => stale.push(is));
    const signal = Signal.fromPartial({ room: 'lobby', head: 100, accounts: 3, connections: 4, atMs: 5 });
    socket().push({ body: { $case: 'signal', value: signal } });
    socket().push({ body: { $case: 'signal', value: { ...signal, atMs: 0, stale: true } } });
    socket().push({ body: { $case: 'signal', value: { ...signal, accounts: 5 } } });
    expect(counts).toEqual([3, 5]);
    expect(stale).toEqual([true, false]);
    expect(room.counts).toMatchObject({ accounts: 5, connections: 4 });
  });

  test('leaving tells the server and forgets the room', async () => {
    const room = await enter();
    await room.leave();
    expect(socket().of('leave')).toHaveLength(1);
    socket().batch(100, 101);
    expect(room.position).toBe(100);
    expect(await client.join('lobby')).not.toBe(room);
  });

  test('closing leaves nothing behind', async () => {
    await enter();
    client.close();
    expect(socket().closed).toBe(true);
    expect(clock.pending).toBe(0);
    expect(states.at(-1)).toBe('closed');
  });

  test('a message that is no frame ends the connection, not the client', async () => {
    await enter();
    socket().onmessage?.({ data: protocol === 'json' ? '{' : new Uint8Array([0xff, 0xff]).buffer } as never);
    await clock.pass(300);
    expect(sockets).toHaveLength(2);
  });
});
