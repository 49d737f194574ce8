import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@plaza/testkit/cluster';

/** A running Plaza to measure. */
export interface Target {
  readonly name: string;
  readonly api: string;
  readonly apiKey: string;
  /** One an edge. */
  readonly connectUrls: readonly string[];
  /** Our processes by name, without engines. */
  readonly pids: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** The sender of a benchmark is quicker than a person; the limits stay in force, only higher. */
export const benchEnv = {
  PLAZA_EDGE_FRAMES_PER_SECOND: '2000',
  PLAZA_EDGE_FRAME_BURST: '4000',
  PLAZA_API_KEY_RATE: '20000',
  PLAZA_EDGE_CONNECTS_PER_SECOND: '50000',
};
const anyPorts = { PLAZA_API_PORT: '0', PLAZA_EDGE_PORT: '0', PLAZA_PROBE_PORT: '0' };
const readyMs = 60_000;

/** `standalone` as a process of its own on a new data folder. */
export async function standaloneTarget(env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'plaza-bench-'));
  const main = fileURLToPath(new URL('../../services/standalone/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...anyPorts, ...benchEnv, PLAZA_DATA: folder, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const timer = setTimeout(() => child.kill('SIGKILL'), readyMs);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('PLAZA_READY ')) continue;
    clearTimeout(timer);
    child.stdout.resume();
    const { api, apiKey, connect } = JSON.parse(line.slice('PLAZA_READY '.length)) as { api: string; apiKey: string; connect: string };
    return { name: 'standalone', api, apiKey, connectUrls: [connect], pids: { standalone: child.pid ?? 0 }, stop };
  }
  await stop();
  throw new Error('standalone ended before it was ready');
}

/** Two edges, two holders, one of each other service, on real NATS, Redis and Cassandra. */
export async function clusterTarget(): Promise<Target> {
  const cluster = await startCluster({ edges: 2, holders: 2, logLevel: 'error', env: benchEnv });
  const { ready, connectUrls, processes } = cluster;
  const pids = Object.fromEntries(processes.map(({ id, pid }) => [id, pid]));
  return { name: 'cluster', api: ready.api, apiKey: ready.apiKey, connectUrls, pids, stop: () => cluster.stop() };
}

/** Asks the server API; throws what is not a success. */
export async function askApi(
  { api, apiKey }: Pick<Target, 'api' | 'apiKey'>,
  method: string,
  path: string,
  body?: object,
  timeoutMs = 10_000,
): Promise<Record<string, unknown>> {
  const response = await fetch(api + path, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
