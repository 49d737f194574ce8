import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { LeanSocket } from './lean-socket.js';

async function answered(status: number, headers: Record<string, string>): Promise<LeanSocket> {
  const server: Server = createServer();
  server.on('upgrade', (_, socket) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port, path: '/', subprotocol: undefined, localAddress: '127.0.0.1' };
  const socket = new LeanSocket(target, LeanSocket.sharedBuffer(), () => undefined);
  await socket.ended.catch(() => undefined);
  server.close();
  return socket;
}

test('a refused handshake says when to come again', async () => {
  const socket = await answered(503, { 'Retry-After': '2' });
  await expect(socket.ended).rejects.toMatchObject({ message: 'HTTP/1.1 503 Whatever', retryAfterMs: 2000 });
});

test('one that says nothing of it is final', async () => {
  const socket = await answered(404, { 'Content-Type': 'text/plain' });
  await expect(socket.ended).rejects.toMatchObject({ message: 'HTTP/1.1 404 Whatever', retryAfterMs: undefined });
});
