import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';

interface Delivered {
  readonly room: string;
  readonly positions: readonly number[];
}

const rooms = ['red', 'green', 'blue', 'white'];
let cluster: Cluster;
let server: Server;
let url: string;
/** What the endpoint took, in the order in which it came. */
const taken: Delivered[] = [];
let refuse = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { room, events } = JSON.parse(body) as { room: string; events: { event: { position: string } }[] };
      const status = refuse-- > 0 ? 503 : 204;
      if (status === 204) taken.push({ room, positions: events.map(({ event }) => Number(event.position)) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  cluster = await startCluster({ apis: 2, edges: 1, holders: 1, env: { PLAZA_WEBHOOK_PRIVATE: 'true' } });
}, 600_000);
afterAll(async () => {
  await cluster.stop();
  server.closeAllConnections();
  server.close();
}, 120_000);

async function ask(api: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = {
    authorization: `Bearer ${cluster.ready.apiKey}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`http://${api}${path}`, { method, headers, ...sent, signal: AbortSignal.timeout(15_000) });
  return (await response.json()) as Record<string, unknown>;
}

/** Sends one message to each room; their positions. */
async function say(api: string, text: string, accepted: Map<string, number[]>): Promise<void> {
  for (const room of rooms) {
    const { position } = await ask(api, 'POST', `/v1/rooms/${room}/messages`, { as: 'ann', text });
    if (typeof position === 'string') accepted.get(room)?.push(Number(position));
  }
}

const firsts = (room: string): number[] => [...new Set(taken.filter((one) => one.room === room).flatMap(({ positions }) => positions))];

test('two api processes share the streams; one is killed in the middle, and every room still gets everything in its order', async () => {
  const [victim, survivor] = cluster.apiAddresses as [string, string];
  for (const room of rooms) await ask(survivor, 'POST', '/v1/rooms', { room, creator: 'host' });
  const { id } = await ask(survivor, 'POST', '/v1/webhooks', { url, kinds: ['message'] });
  const accepted = new Map(rooms.map((room) => [room, [] as number[]]));
  const isComplete = (): void => rooms.forEach((room) => expect(firsts(room)).toEqual(accepted.get(room)));

  for (let i = 0; i < 5; i++) await say(victim, `before ${i}`, accepted);
  await eventually(isComplete, { timeoutMs: 60_000 });

  refuse = 6;
  for (let i = 0; i < 5; i++) await say(survivor, `during ${i}`, accepted);
  await cluster.processes.find(({ kind, port }) => kind === 'api' && victim.endsWith(`:${port}`))?.kill();
  for (let i = 0; i < 5; i++) await say(survivor, `after ${i}`, accepted);
  await eventually(isComplete, { timeoutMs: 60_000 });
  await eventually(
    async () => expect(await ask(survivor, 'GET', `/v1/webhooks/${id as string}/state`)).toMatchObject({ waiting: 0, holes: 0 }),
    { timeoutMs: 30_000 },
  );
  expect([...accepted.values()].map(({ length }) => length)).toEqual([15, 15, 15, 15]);
}, 240_000);
