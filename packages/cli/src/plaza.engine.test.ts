import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, temporaryFolder } from '@plaza/testkit';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import { WebSocket } from 'ws';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const socketCount = 40;
const messageCount = 250;

let cluster: Cluster;
let endpoint: Server;
const delivered: string[] = [];
const sockets: WebSocket[] = [];
const closedBy: number[] = [];

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real command, as an operator runs it, without a terminal. */
const plaza = (args: readonly string[], apiKey = cluster.ready.apiKey): Promise<Said> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], PLAZA_API_KEY: apiKey };
    execFile(process.execPath, [main, ...args, '--url', cluster.ready.api], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const json = async <T>(...args: string[]): Promise<T> => {
  const { code, out, err } = await plaza([...args, '--json']);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as T;
};

async function api(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${cluster.ready.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${cluster.ready.apiKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}
const say = (text: string, as?: string): Promise<object> =>
  api('POST', '/v1/rooms/lobby/messages', { text, ...(as === undefined ? {} : { as }) });

async function enter(account: string): Promise<void> {
  const { token } = await api('POST', '/v1/tokens', { account, capabilities: ['enter', 'send'] });
  const socket = new WebSocket(`${cluster.connectUrls[0]}?token=${String(token)}&room=lobby`, 'plaza.v1.json');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.on('close', (code) => closedBy.push(code));
  await new Promise((resolve) => socket.once('message', resolve));
}

beforeAll(async () => {
  endpoint = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      delivered.push(Buffer.concat(chunks).toString());
      response.end();
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  cluster = await startCluster({ edges: 2, holders: 2, env: { PLAZA_WEBHOOK_PRIVATE: 'true', PLAZA_SHARDS: '16' } });
  await api('POST', '/v1/rooms', { room: 'lobby', creator: 'host' });
  await Promise.all(Array.from({ length: socketCount }, (_, i) => enter(`viewer-${i}`)));
});
afterAll(async () => {
  for (const socket of sockets) socket.terminate();
  endpoint.closeAllConnections();
  endpoint.close();
  await cluster.stop();
});

interface ClusterState {
  readonly processes: readonly { readonly id: string; readonly kind: string; readonly sockets?: number; readonly draining: boolean }[];
  readonly shards: readonly { readonly shard: number; readonly holder: string; readonly head: number }[];
  readonly readers: readonly { readonly kind: string; readonly behind: number }[];
}

test('the state of a real cluster: every shard is held, the log has ends, readers catch up, sockets are counted', async () => {
  await eventually(
    async () => {
      const { processes, shards, readers } = await json<ClusterState>('cluster');
      expect(new Set(shards.map(({ holder }) => holder))).toEqual(new Set(['room-state-1', 'room-state-2']));
      expect(shards.every(({ head }) => head > 0)).toBe(true);
      expect(processes.find(({ id }) => id === 'edge-1')).toMatchObject({ sockets: socketCount });
      expect(new Set(readers.map(({ kind }) => kind))).toEqual(new Set(['history', 'metrics', 'audit', 'webhooks']));
      expect(processes).toHaveLength(7);
      expect(readers.every(({ behind }) => behind === 0)).toBe(true);
    },
    { timeoutMs: 20_000 },
  );
  expect((await plaza(['cluster'])).out).toContain(`16 shards, all held by processes that live; ${socketCount} sockets`);
});

test('a shard is handed over while its rooms go on, stays there, and goes back when that is asked', async () => {
  const { shards } = await json<ClusterState>('cluster');
  for (const { shard, holder } of shards) {
    const to = holder === 'room-state-1' ? 'room-state-2' : 'room-state-1';
    const [moved] = await Promise.all([
      json<object>('shard', 'hand-over', String(shard), '--to', to, '--yes'),
      say(`while ${shard} moves`),
    ]);
    expect(moved).toEqual({ shard, result: 'done', from: holder, to });
    if (shard === 3) break;
  }
  const again = await plaza(['shard', 'hand-over', '0', '--to', shards[0]!.holder, '--yes', '--json']);
  expect(JSON.parse(again.out)).toMatchObject({ result: 'done', to: shards[0]!.holder });
  const repeated = await plaza(['shard', 'hand-over', '0', '--to', shards[0]!.holder]);
  expect(repeated).toMatchObject({ code: 0, out: `${shards[0]!.holder} holds shard 0 already\n` });
});

test('an edge is drained, can be found empty, and takes clients again', async () => {
  expect(await plaza(['edge', 'drain', 'edge-1'])).toMatchObject({ code: 1, err: expect.stringContaining('--yes agrees beforehand') });
  expect(await plaza(['edge', 'drain', 'edge-1', '--yes'])).toMatchObject({ code: 0, out: 'edge-1 is empty\n' });
  await eventually(() => expect(closedBy).toEqual(Array.from({ length: socketCount }, () => 4504)));
  expect(await json('edge', 'drain', 'edge-1')).toEqual({ edge: 'edge-1', result: 'unchanged', sockets: 0 });
  expect(await plaza(['edge', 'drain', 'edge-2', '--yes'])).toMatchObject({ code: 2, err: expect.stringContaining('--last') });
  expect(await json('edge', 'undrain', 'edge-1')).toEqual({ edge: 'edge-1', result: 'done' });
  await enter('back');
});

test('a paused room takes nothing of its members until it is resumed', async () => {
  expect(await plaza(['room', 'pause', 'lobby', '--yes'])).toMatchObject({ code: 0, out: 'lobby is paused\n' });
  expect(await json('room', 'pause', 'lobby')).toMatchObject({ result: 'unchanged' });
  await expect(say('not now', 'viewer-1')).rejects.toThrow('room-muted');
  expect(await plaza(['room', 'resume', 'lobby'])).toMatchObject({ code: 0, out: 'lobby is not paused any more\n' });
  await say('again', 'viewer-1');
  expect(await plaza(['room', 'pause', 'nowhere', '--yes'])).toMatchObject({ code: 1, err: expect.stringContaining('404 not-found') });
});

test('a webhook gets again what it had', async () => {
  const url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`;
  const { id } = await api('POST', '/v1/webhooks', { url, kinds: ['message'], rooms: ['lobby'] });
  const since = new Date().toISOString();
  const times = (text: string): number => delivered.filter((body) => body.includes(text)).length;
  await eventually(async () => expect((await api('GET', `/v1/webhooks/${String(id)}/state`))['waiting']).toBe(0));
  await say('for the webhook');
  await eventually(() => expect(times('for the webhook')).toBe(1), { timeoutMs: 20_000 });
  expect(await json('webhook', 'replay', String(id), '--since', since, '--yes')).toMatchObject({ complete: true, url });
  await eventually(() => expect(times('for the webhook')).toBe(2), { timeoutMs: 20_000 });
});

describe('at the end', () => {
  test('everything is in the audit log, and its chains are whole', async () => {
    const acts = ['shard-handed-over', 'edge-drained', 'edge-drain-ended', 'room-muted', 'webhook-replayed'];
    await eventually(
      async () => {
        for (const act of acts) {
          const { entries } = await api('GET', `/v1/audit?act=${act}`);
          expect([act, (entries as object[]).length > 0]).toEqual([act, true]);
        }
      },
      { timeoutMs: 20_000 },
    );
    const { ok, chains } = await json<{ ok: boolean; chains: { count: number }[] }>('audit', 'verify');
    expect([ok, chains.reduce((sum, { count }) => sum + count, 0) > acts.length]).toEqual([true, true]);
  });

  test('a room is exported, whole and in order', async () => {
    for (let i = 0; i < messageCount; i += 25) await Promise.all(Array.from({ length: 25 }, (_, j) => say(`m${i + j}`)));
    const file = join(temporaryFolder(), 'lobby.ndjson');
    const told = await json<{ events: number }>('room', 'export', 'lobby', '--out', file);
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event?: { position: string }; end?: object });
    const positions = lines.flatMap(({ event }) => (event === undefined ? [] : [Number(event.position)]));
    expect(positions).toHaveLength(told.events);
    expect(told.events).toBeGreaterThanOrEqual(messageCount);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(lines[0]).toMatchObject({ room: { room: 'lobby' } });
    expect(lines.at(-1)?.end).toMatchObject({ events: told.events });
  });

  test('a key does what its scopes allow', async () => {
    const { key } = await json<{ key: string }>('keys', 'create', '--name', 'eyes', '--scopes', 'cluster:read');
    expect((await plaza(['cluster'], key)).code).toBe(0);
    expect(await plaza(['edge', 'drain', 'edge-1', '--yes'], key)).toMatchObject({ code: 1, err: expect.stringContaining('403 scope') });
  });
});
