import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort } from '@plaza/testkit';
import { startCluster, type Cluster, type ServiceKind, type ServiceProcess } from '@plaza/testkit/cluster';
import { httpBody, Keeper, ServerProcess } from '@plaza/testkit/engines';
import { startExporter } from '../exporter.js';
import type { ImageName } from './folder.js';

export type ImagePlaces = Readonly<Partial<Record<ImageName, string>>>;
export type Say = (line: string) => void;

const stopMs = 30_000;

/**
 * Starts each folder by the command of its image, asks /healthz, sends what Kubernetes would send and waits for an orderly end. Rejects with the first that
 * does not. Services other than `standalone` run as one cluster, those without a folder from this work tree.
 */
export async function tryFolders(places: ImagePlaces, say: Say): Promise<void> {
  const { standalone, ...cluster } = places;
  if (standalone !== undefined) await tryStandalone(standalone, say);
  if (Object.keys(cluster).length > 0) await tryCluster(cluster, say);
}

async function tryCluster({ 'engine-exporter': exporter, ...places }: Omit<ImagePlaces, 'standalone'>, say: Say): Promise<void> {
  const mains = Object.fromEntries(Object.entries(places).map(([name, folder]) => [name, mainOf(folder)]));
  const pages = places.api === undefined ? {} : { PLAZA_CONSOLE_DIR: join(places.api, 'console') };
  const cluster = await startCluster({ edges: 1, holders: 1, mains, env: pages });
  try {
    const tried = cluster.processes.filter(({ kind }) => mains[kind] !== undefined);
    for (const service of tried) await tryService(service, say);
    await answers(cluster.ready.page, /<html/i);
    if (exporter !== undefined) await tryExporter(cluster, mainOf(exporter), say);
    for (const kind of ['api', 'edge', 'metrics', 'history', 'room-state'] satisfies ServiceKind[])
      for (const service of tried.filter((each) => each.kind === kind)) await endInOrder(service, say);
  } finally {
    await cluster.stop();
  }
}

const tryService = ({ id, probeUrl }: ServiceProcess, say: Say): Promise<void> => tryProbes(id, probeUrl, /process_cpu_seconds_total/, say);

async function tryProbes(id: string, probeUrl: string, figure: RegExp, say: Say): Promise<void> {
  await answers(`${probeUrl}/healthz`, /"ok":true/);
  await answers(`${probeUrl}/metrics`, figure);
  say(`${id}: /healthz ok, ready`);
}

/** It sees all three engines of the cluster. */
async function tryExporter({ engines }: Cluster, main: string, say: Say): Promise<void> {
  const exporter = await startExporter(engines, main);
  try {
    for (const engine of ['nats', 'redis', 'cassandra'])
      await answers(`http://${exporter.target}/metrics`, new RegExp(`^plaza_engine_up\\{engine="${engine}".*\\} 1$`, 'm'));
    await tryProbes('engine-exporter', `http://${exporter.target}`, /plaza_nats_connections\{/, say);
    const { process: running } = exporter;
    await endInOrder({ id: running.name, logFile: running.logFile, kill: (signal) => running.kill(signal) }, say);
  } finally {
    await exporter.stop();
  }
}

/** SIGTERM, as a kubelet does it; the last line has to be that it stopped. */
async function endInOrder(service: Pick<ServiceProcess, 'id' | 'logFile' | 'kill'>, say: Say): Promise<void> {
  const atMs = performance.now();
  const late = setTimeout(() => void service.kill('SIGKILL'), stopMs);
  await service.kill('SIGTERM');
  clearTimeout(late);
  const lines = readFileSync(service.logFile, 'utf8').trim().split('\n');
  if (!lines.at(-1)?.includes('"stopped"')) throw new Error(`${service.id} did not stop in order: ${lines.at(-1)}`);
  say(`${service.id}: ended ${Math.round(performance.now() - atMs)} ms after SIGTERM`);
}

async function tryStandalone(folder: string, say: Say): Promise<void> {
  const keeper = new Keeper();
  const data = join(keeper.folder, 'data');
  await mkdir(data);
  const [probe, api] = [await freePort(), await freePort()];
  const apiKey = randomBytes(24).toString('base64url');
  const server = new ServerProcess({
    name: 'standalone',
    command: process.execPath,
    args: [mainOf(folder)],
    folder: keeper.folder,
    env: {
      PLAZA_DATA: data,
      PLAZA_HOST: '0.0.0.0',
      PLAZA_API_PORT: String(api),
      PLAZA_EDGE_PORT: '0',
      PLAZA_PROBE_PORT: String(probe),
      PLAZA_TOKEN_SECRET: randomBytes(32).toString('base64url'),
      PLAZA_API_KEYS: createHash('sha256').update(apiKey).digest('hex'),
      PLAZA_CONSOLE_DIR: join(folder, 'console'),
    },
    answers: () => httpBody(`http://127.0.0.1:${probe}/readyz`),
    startMs: stopMs,
    guard: keeper.guard,
  });
  try {
    await server.start();
    await answers(`http://127.0.0.1:${probe}/healthz`, /"ok":true/);
    await answers(`http://127.0.0.1:${api}/chat/`, /<html/i);
    say('standalone: /healthz ok, ready, gives the chat page');
    await server.stop();
    if (server.end !== 0) throw new Error(`standalone ended with ${server.end}: ${server.lastLines()}`);
  } finally {
    await server.stop();
    await keeper.close();
  }
}

const mainOf = (folder: string): string => join(folder, 'dist', 'main.js');

const answers = (url: string, wanted: RegExp): Promise<void> =>
  eventually(async () => {
    const body = await httpBody(url);
    if (!wanted.test(body)) throw new Error(`${url} answers ${body.slice(0, 200)}`);
  });
