import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { LeanSocket } from './lean-socket.js';

let server: WebSocketServer;
let lean: LeanSocket;
let other: WebSocket;
let frames: string[];

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  frames = [];
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const target = { host: '127.0.0.1', port, path: '/', subprotocol: undefined, localAddress: '127.0.0.2' };
  lean = new LeanSocket(target, LeanSocket.sharedBuffer(), (bytes, start, end) => {
    frames.push(Buffer.from(bytes.subarray(start, end)).toString());
  });
  await lean.opened;
  [other] = await connected;
});

afterEach(() => {
  lean.close();
  server.close();
});

test.each([0, 125, 126, 65_535, 65_536, 200_000])('a frame of %i bytes', async (length) => {
  other.send('x'.repeat(length));
  other.send('the next');
  await eventually(() => expect(frames.map((text) => text.length)).toEqual([length, 8]));
});

test.each([
  ['its code', () => other.close(4508, 'too-slow'), 4508],
  ['none', () => other.close(), 1005],
  ['no close frame', () => other.terminate(), 1006],
])('a close with %s', async (_, close, code) => {
  close();
  await eventually(() => expect(lean.closed).toBe(true));
  expect(lean.closeCode).toBe(code);
});

test('who does not read gets it later, and who was closed meanwhile its code', async () => {
  lean.stopReading();
  other.send('waits');
  other.close(4508, 'too-slow');
  lean.readOn();
  await eventually(() => expect(lean.closed).toBe(true));
  expect([frames, lean.closeCode]).toEqual([['waits'], 4508]);
});
