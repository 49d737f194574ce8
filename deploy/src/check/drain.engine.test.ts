import { expect, test } from '@jest/globals';
import { edgeTable, type EdgeConfig } from '@plaza/edge';
import { readConfig } from '@plaza/kit';
import { eventually } from '@plaza/testkit';
import { startCluster, type Cluster } from '@plaza/testkit/cluster';
import WebSocket from 'ws';
import { edgeLimits } from './limits.js';

const sockets = 400;
const perSecond = 100;
const pauseSeconds = 1;
const env = {
  PLAZA_EDGE_MAX_CONNECTIONS: String(sockets + 1),
  PLAZA_EDGE_DRAIN_PER_SECOND: String(perSecond),
  PLAZA_EDGE_DRAIN_MS: '5100',
};
const graceSeconds = 13;
const limitMs = 120_000;

/** What `deploy:check` has to say of these numbers in a manifest. */
function mistakes(changed: Readonly<Record<string, string>>, terminationGracePeriodSeconds: number): string[] {
  const read = readConfig(edgeTable, { PLAZA_TOKEN_SECRET: 'x'.repeat(32), ...env, ...changed });
  const config = (read as { config: EdgeConfig }).config;
  const container = { name: 'plaza', image: 'plaza/edge:1', lifecycle: { preStop: { sleep: { seconds: pauseSeconds } } } };
  const spec = { minReadySeconds: 10, template: { spec: { terminationGracePeriodSeconds, containers: [container] } } };
  return [...edgeLimits([], spec, container, config)];
}

interface Seen {
  readonly socket: WebSocket;
  closedBy: number;
  closedMs: number;
}

async function connect(url: string): Promise<Seen> {
  const seen: Seen = { socket: new WebSocket(url), closedBy: 0, closedMs: 0 };
  seen.socket.on('close', (code) => Object.assign(seen, { closedBy: code, closedMs: performance.now() }));
  await new Promise((resolve, reject) => seen.socket.once('open', resolve).once('error', reject));
  return seen;
}

async function urlWithToken({ ready }: Cluster): Promise<string> {
  const headers = { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${ready.api}/v1/tokens`, { method: 'POST', headers, body: JSON.stringify({ account: 'viewer' }) });
  return `${ready.connect}?token=${((await answer.json()) as { token: string }).token}`;
}

test(
  'an edge that is stopped as Kubernetes stops it ends in its grace period, and each client is sent away at the pace that was set',
  async () => {
    expect(mistakes({}, graceSeconds)).toEqual([]);
    const cluster = await startCluster({ edges: 1, holders: 1, env });
    try {
      const url = await urlWithToken(cluster);
      const clients = await Promise.all(Array.from({ length: sockets }, () => connect(url)));
      const edge = cluster.processes.find(({ kind }) => kind === 'edge');
      const atMs = performance.now();
      // The pause of preStop: load balancers may still send somebody.
      clients.push(await connect(url));
      expect(clients.filter(({ closedBy }) => closedBy > 0)).toEqual([]);
      const ended = edge?.kill('SIGTERM');
      await eventually(() => expect(connect(url)).rejects.toThrow());
      await ended;
      expect(performance.now() - atMs).toBeLessThan(1000 * (graceSeconds - pauseSeconds));
      await eventually(() => expect(clients.every(({ closedBy }) => closedBy === 4504)).toBe(true));
      const times = clients.map(({ closedMs }) => closedMs).sort((a, b) => a - b);
      const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
      expect(spanMs).toBeGreaterThan((0.7 * 1000 * sockets) / perSecond);
    } finally {
      await cluster.stop();
    }
  },
  limitMs,
);

test('numbers by which it would be killed before its end are refused', () => {
  expect(mistakes({ PLAZA_EDGE_DRAIN_MS: '3000' }, graceSeconds).join()).toMatch(/PLAZA_EDGE_DRAIN_MS=3000/);
  expect(mistakes({}, 8).join()).toMatch(/terminationGracePeriodSeconds=8/);
});
