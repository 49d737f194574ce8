import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { TcpProxy } from './tcp-proxy.js';

const servers: Server[] = [];
const sockets: Socket[] = [];
const proxies: TcpProxy[] = [];

/** Answers each chunk with its own name and the chunk. */
async function echo(name: string, port = 0): Promise<{ address: string; port: number; close: () => void }> {
  const own: Socket[] = [];
  const server = createServer((socket) => {
    own.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => socket.write(`${name}:${bytes.toString()}`));
  });
  servers.push(server);
  const bound = await new Promise<number>((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  const close = (): void => {
    server.close();
    for (const socket of own) socket.destroy();
  };
  return { address: `127.0.0.1:${bound}`, port: bound, close };
}

class Talker {
  heard = '';
  end: string | undefined;

  constructor(address: string) {
    const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) });
    sockets.push(socket);
    this.say = (text) => socket.write(text);
    socket.on('data', (bytes) => (this.heard += bytes.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.end = error.code ?? 'error'));
    socket.on('close', () => (this.end ??= 'closed'));
  }

  readonly say: (text: string) => void;
}

async function proxyTo(...targets: string[]): Promise<TcpProxy> {
  const proxy = await TcpProxy.open(...targets);
  proxies.push(proxy);
  return proxy;
}

const hears = (talker: Talker, text: string): Promise<void> => eventually(() => expect(talker.heard).toBe(text));
const refused = async (address: string): Promise<void> => {
  const late = new Talker(address);
  await eventually(() => expect(late.end).toBeDefined());
  expect(late.end).toBe('ECONNREFUSED');
};

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

describe('a TCP proxy', () => {
  test('passes bytes both ways', async () => {
    const proxy = await proxyTo((await echo('a')).address);
    const talker = new Talker(proxy.address);
    talker.say('x');
    await hears(talker, 'a:x');
    talker.say('y'.repeat(300_000));
    await eventually(() => expect(talker.heard.replaceAll('a:', '')).toBe(`x${'y'.repeat(300_000)}`));
  });

  test.each([{ kind: 'open' } as const, { kind: 'frozen' } as const])('slow and then %o, keeps the order of bytes', async (next) => {
    const proxy = await proxyTo((await echo('')).address);
    const talker = new Talker(proxy.address);
    talker.say('1');
    await hears(talker, ':1');
    await proxy.set({ kind: 'slow', delayMs: 300 });
    talker.say('2');
    // The proxy has it in its hands; the delay is long enough for the rest to overtake it.
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
    await proxy.set(next);
    talker.say('3');
    await proxy.set({ kind: 'open' });
    await eventually(() => expect(talker.heard.replaceAll(':', '')).toBe('123'));
  });

  test('frozen, holds what is said and who comes, and gives everything when it is healed', async () => {
    const proxy = await proxyTo((await echo('a')).address);
    const old = new Talker(proxy.address);
    old.say('1');
    await hears(old, 'a:1');
    await proxy.set({ kind: 'frozen' });
    const late = new Talker(proxy.address);
    old.say('2');
    late.say('3');
    const direct = new Talker((await echo('b')).address);
    direct.say('meanwhile');
    await hears(direct, 'b:meanwhile');
    expect([old.heard, late.heard, old.end, late.end]).toEqual(['a:1', '', undefined, undefined]);
    await proxy.set({ kind: 'open' });
    await hears(old, 'a:1a:2');
    await hears(late, 'a:3');
  });

  test('cut, ends who is there and refuses who comes; healed, it takes them on the same port', async () => {
    const proxy = await proxyTo((await echo('a')).address);
    const { address } = proxy;
    const old = new Talker(address);
    old.say('1');
    await hears(old, 'a:1');
    await proxy.set({ kind: 'cut' });
    await eventually(() => expect(old.end).toBeDefined());
    await refused(address);
    await proxy.set({ kind: 'open' });
    const late = new Talker(address);
    late.say('2');
    await hears(late, 'a:2');
  });

  test('slow, keeps each chunk for as long as was asked', async () => {
    const proxy = await proxyTo((await echo('a')).address);
    const talker = new Talker(proxy.address);
    talker.say('1');
    await hears(talker, 'a:1');
    await proxy.set({ kind: 'slow', delayMs: 150 });
    const startMs = performance.now();
    talker.say('2');
    await hears(talker, 'a:1a:2');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(295);
  });

  test('refuses as soon as its target is gone, before the connections to it end, and takes it back', async () => {
    const target = await echo('a');
    const proxy = await proxyTo(target.address);
    const talker = new Talker(proxy.address);
    talker.say('1');
    await hears(talker, 'a:1');
    target.close();
    await eventually(() => expect(talker.end).toBeDefined());
    await refused(proxy.address);
    await echo('again', target.port);
    await eventually(async () => {
      const late = new Talker(proxy.address);
      late.say('2');
      await eventually(() => expect(late.heard).toBe('again:2'), { timeoutMs: 500 });
    });
  });

  test('gives the next of several targets that answers', async () => {
    const [a, b] = [await echo('a'), await echo('b')];
    const proxy = await proxyTo(a.address, b.address);
    a.close();
    for (let i = 0; i < 3; i++) {
      const talker = new Talker(proxy.address);
      talker.say('x');
      await hears(talker, 'b:x');
    }
  });
});
