import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { connectRedis } from '@plaza/kit/redis';
import type { RoomStateConfig } from '@plaza/room-state';
import { eventually, freePort } from '@plaza/testkit';
import { findNats, findRedis, httpBody, Keeper, ServerProcess, tcpAnswer, type Launch } from '@plaza/testkit/engines';
import { makeCertificates } from '../kube/certificates.js';
import { environmentOf } from './environment.js';
import { ofKind, workload, type Container } from './objects.js';
import { renderOverlay } from './render.js';
import { tables, type ServiceName } from './services.js';

const overlay = renderOverlay(join(import.meta.dirname, '../../kubernetes/overlays/mtls'));
const exporterMain = fileURLToPath(new URL('../../../services/engine-exporter/dist/main.js', import.meta.url));
const startMs = 15_000;
const password = 'of-the-test';

const keeper = new Keeper();
const certificates = join(keeper.folder, 'tls');
const ports = { nats: 0, monitor: 0, redis: 0, probes: 0 };
const servers: ServerProcess[] = [];

async function start(launch: Pick<Launch, 'name' | 'command' | 'args' | 'answers' | 'env'>): Promise<void> {
  const server = new ServerProcess({ ...launch, folder: keeper.folder, startMs, guard: keeper.guard });
  servers.push(server);
  await server.start();
}

/** A file of the overlay, with what stands in its Secret beside it, as far as this machine has it: one server, on loopback, in another folder. */
function engineFile(name: string, secret: string, change: (text: string) => string): string {
  const text = ofKind(overlay, 'ConfigMap').find(({ data }) => data?.[name] !== undefined)?.data?.[name] ?? '';
  const folder = join(keeper.folder, `${name}.d`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'auth.conf'), secret);
  const moved = text
    .replaceAll(/\/etc\/(nats|redis)-tls/g, certificates)
    .replaceAll('/etc/redis', folder)
    .replace('/data', folder);
  writeFileSync(join(folder, name), change(moved));
  return join(folder, name);
}

/** What the manifest gives a service, with the addresses, files and secrets of this test. */
function environment(service: ServiceName): Record<string, string> {
  const container = workload(overlay, service)?.spec?.template?.spec.containers[0] as Container;
  const given = [...environmentOf(container, overlay).given].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]));
  const env = Object.fromEntries(given) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) env[name] = value.replaceAll('/etc/plaza/tls', certificates);
  const { PLAZA_NATS_MONITORS: monitors, PLAZA_NATS_SERVERS: clients } = env;
  if (monitors !== undefined)
    env['PLAZA_NATS_MONITORS'] = monitors.split(',')[0]!.replace('nats-0.nats:8222', `localhost:${ports.monitor}`);
  if (clients !== undefined) env['PLAZA_NATS_SERVERS'] = `localhost:${ports.nats}`;
  return { ...env, PLAZA_NATS_PASSWORD: password, PLAZA_REDIS_URL: `rediss://:${password}@localhost:${ports.redis}` };
}

beforeAll(async () => {
  for (const name of ['nats', 'monitor', 'redis', 'probes'] as const) ports[name] = await freePort();
  await makeCertificates(certificates);
  const nats = engineFile('nats.conf', `authorization { user: plaza, password: "${password}" }\n`, (text) =>
    text
      .replace('port: 4222', `port: ${ports.nats}`)
      .replace('https: 8222', `https: "127.0.0.1:${ports.monitor}"`)
      .replace(/^pid_file.*$/m, '')
      .replace(/^cluster \{[^]*?^\}$/m, ''),
  );
  const redis = engineFile('redis.conf', `requirepass ${password}\n`, (text) =>
    text.replace('tls-port 6379', `tls-port ${ports.redis}\nbind 127.0.0.1`),
  );
  await start({
    name: 'nats',
    command: (await findNats()).path,
    args: ['-c', nats],
    env: { POD_NAME: 'nats-0' },
    answers: () => tcpAnswer('127.0.0.1', ports.nats, '', 'INFO'),
  });
  await start({
    name: 'redis',
    command: (await findRedis()).path,
    args: [redis],
    answers: () => redisAnswer(),
  });
}, 60_000);
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
  await keeper.close();
});

async function redisAnswer(): Promise<string> {
  const redis = connectRedis(configOf('room-state'), () => undefined);
  try {
    await redis.connect();
    return await redis.ping();
  } finally {
    redis.disconnect();
  }
}

const configOf = (service: 'room-state'): RoomStateConfig =>
  (readConfig(tables[service], environment(service)) as unknown as { config: RoomStateConfig }).config;

test('a service reaches NATS and Redis by what its manifest says', async () => {
  const connection = await connectNats(configOf('room-state'), 'mtls');
  await connection.flush();
  await connection.close();
  expect(await redisAnswer()).toBe('PONG');
}, 60_000);

test('the exporter reads the monitor of NATS, and Redis, over TLS', async () => {
  const env = { ...environment('engine-exporter'), PLAZA_PROBE_HOST: '127.0.0.1', PLAZA_PROBE_PORT: String(ports.probes) };
  const url = `http://127.0.0.1:${ports.probes}`;
  await start({ name: 'exporter', command: process.execPath, args: [exporterMain], env, answers: () => httpBody(`${url}/readyz`) });
  await eventually(
    async () => {
      const figures = await httpBody(`${url}/metrics`);
      for (const [engine, port] of [
        ['nats', ports.monitor],
        ['redis', ports.redis],
      ])
        expect(figures).toMatch(new RegExp(`^plaza_engine_up\\{engine="${engine}",server="localhost:${port}",.*\\} 1$`, 'm'));
    },
    { timeoutMs: 20_000 },
  );
}, 60_000);
