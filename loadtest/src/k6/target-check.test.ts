import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { wrongWith } from './target-check.js';

let server: Server;
let sockets: WebSocketServer;
let status: number;
let port: number;

beforeEach(async () => {
  status = 200;
  server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === 'Bearer right' ? status : 401;
    response.end();
  });
  sockets = new WebSocketServer({ server, path: '/v1/connect' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  sockets.close();
  server.close();
});

const named = (path = '/v1/connect', key = 'right') => ({
  urls: [`ws://127.0.0.1:${port}/v1/connect`, `ws://127.0.0.1:${port}${path}`],
  api: `http://127.0.0.1:${port}`,
  key,
});

test('a cluster that is there and takes the key', async () => {
  expect(await wrongWith(named())).toEqual([]);
});

test('an edge that opens no socket, and a wrong key, are named', async () => {
  const wrong = await wrongWith(named('/elsewhere', 'wrong'));
  expect(wrong).toHaveLength(2);
  expect(wrong[0]).toContain(`ws://127.0.0.1:${port}/elsewhere opens no socket`);
  expect(wrong[1]).toContain('does not take the API key (401)');
});

test('an API that answers something else', async () => {
  status = 503;
  expect(await wrongWith(named())).toEqual([`http://127.0.0.1:${port} answers 503`]);
});

test('an API that is not there', async () => {
  const { urls, key } = named();
  const [wrong] = await wrongWith({ urls, key, api: 'http://127.0.0.1:1' });
  expect(wrong).toContain('http://127.0.0.1:1 does not answer');
});
