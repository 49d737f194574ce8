import { createServer, type RequestListener, type Server } from 'node:http';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { NodeSender, publicLookup } from './sender.node.js';

let server: Server | undefined;
const sender = new NodeSender({ privateAllowed: true });
afterEach(() => {
  sender.close();
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?key=secret`;
}

const post = (url: string, deadlineMs = 5000) => sender.post({ url, headers: { 'x-one': '1' }, body: '{"a":"ä"}', deadlineMs });

describe('a request to an endpoint', () => {
  test('carries headers and body, and tells the status and when to come back', async () => {
    let got: unknown;
    const url = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        got = { method: request.method, url: request.url, one: request.headers['x-one'], body };
        response.writeHead(503, { 'retry-after': '7' }).end('busy');
      });
    });
    expect(await post(url)).toEqual({ kind: 'answered', status: 503, retryAfter: '7' });
    expect(got).toEqual({ method: 'POST', url: '/hooks?key=secret', one: '1', body: '{"a":"ä"}' });
  });

  test('follows no redirect', async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      request.resume();
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await post(url)).toMatchObject({ kind: 'answered', status: 307 });
    expect(asked).toBe(1);
  });

  test('ends by its deadline, and says nothing of the address', async () => {
    const url = await serve(() => undefined);
    expect(await post(url, 50)).toEqual({ kind: 'failed', why: 'no answer within 50 ms' });
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    expect(await post(url)).toEqual({ kind: 'failed', why: 'no connection: ECONNREFUSED' });
  });

  test('lets go of an endpoint that answers without end', async () => {
    let cut: () => void = () => undefined;
    const wasCut = new Promise<void>((resolve) => (cut = resolve));
    const url = await serve((request, response) => {
      request.resume();
      response.on('close', cut);
      response.writeHead(200);
      const chunk = Buffer.alloc(8192, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await post(url)).toMatchObject({ kind: 'answered', status: 200 });
    await wasCut;
  });

  test('goes to no private address where they are not allowed', async () => {
    const strict = new NodeSender({ privateAllowed: false });
    const of = (url: string) => strict.post({ url, headers: {}, body: '', deadlineMs: 1000 });
    expect(await of('https://127.0.0.1:9/')).toEqual({ kind: 'failed', why: 'expected a public address' });
    expect(await of('http://platform.example/')).toEqual({ kind: 'failed', why: 'expected an https address' });
    strict.close();
  });

  test('nor to a name that leads to one', async () => {
    const found = await new Promise<{ error: Error | null; address: string | LookupAddress[] }>((resolve) =>
      publicLookup('localhost', {}, (error, address) => resolve({ error, address })),
    );
    expect(found.error?.message).toBe('the name leads to no public address');
  });
});
