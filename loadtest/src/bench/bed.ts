import { cpus } from 'node:os';
import { startCluster, type Cluster, type ClusterOptions, type ServiceProcess } from '@plaza/testkit/cluster';
import { startOwnCassandra, type OwnCassandra } from '@plaza/testkit/engines';
import { pin, treePids } from '../machine.js';
import { observed } from '../profile/profiled.js';
import { benchEnv, type Target } from '../target.js';

/** What is measured has a CPU of its own; clients, engines and everybody else share the other. On one CPU nobody is pinned. */
export const [serverCpu, clientCpu]: readonly [number | undefined, number | undefined] =
  cpus().length < 2 ? [undefined, undefined] : [0, 1];

/** Signs the tokens of a benchmark's accounts. */
export const tokenSecret = 'of-benchmarks-only-00000000000000';

/** This process and whatever it starts from now on: on the clients' side. */
export function takeClientsSide(): void {
  if (clientCpu !== undefined) pin(process.pid, clientCpu);
}

/** A cluster in which the named processes have the server's CPU. */
export interface Bed extends Target {
  readonly cluster: Cluster;
  /** Process id of a service by name, `edge-1`; throws where there is none. */
  pid(id: string): number;
}

let cassandra: Promise<OwnCassandra> | undefined;
let house: Promise<Cluster> | undefined;

/** One for all clusters of a run, each in a keyspace of its own: its start takes longer than many a row. */
async function nameCassandra(): Promise<void> {
  if (cassandra === undefined && process.env['PLAZA_CASSANDRA_HOSTS']) return;
  cassandra ??= startOwnCassandra();
  process.env['PLAZA_CASSANDRA_HOSTS'] = (await cassandra).hosts.join(',');
}

/** After the last row. What did not start has told its row so. */
export async function stopShared(): Promise<void> {
  await stopHouse();
  await (await cassandra?.catch(() => undefined))?.stop();
}

async function stopHouse(): Promise<void> {
  const started = await house?.catch(() => undefined);
  house = undefined;
  await started?.stop();
}

/** What is started by the work starts on every CPU, which takes half the time, and is on the clients' side when it is done. */
async function onAllCpus<T>(work: () => Promise<T>): Promise<T> {
  if (clientCpu === undefined) return await work();
  const before = new Set(treePids());
  pin(process.pid, `0-${cpus().length - 1}`);
  try {
    return await work();
  } finally {
    for (const pid of [process.pid, ...treePids().filter((one) => !before.has(one))]) pinIfThere(pid, clientCpu);
  }
}

function pinIfThere(pid: number, cpu: number): void {
  try {
    pin(pid, cpu);
  } catch {
    // It ended meanwhile.
  }
}

type Prepare = (ready: Pick<Target, 'api' | 'apiKey'>) => Promise<void>;
const nothing: Prepare = () => Promise.resolve();

function startBenchCluster(options: ClusterOptions, prepare = nothing): Promise<Cluster> {
  const { mains, env: forProfiles } = observed();
  const env = { ...benchEnv, PLAZA_TOKEN_SECRET: tokenSecret, ...forProfiles, ...options.env };
  return onAllCpus(async () => {
    await nameCassandra();
    const started = { edges: 2, holders: 1, logLevel: 'error', ...(mains === undefined ? {} : { mains }), ...options, env } as const;
    const cluster = await startCluster(started);
    try {
      await prepare(cluster.ready);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  });
}

function bedOf(cluster: Cluster, measured: readonly string[], stop: () => Promise<void>): Bed {
  const { ready, connectUrls, processes } = cluster;
  const pids = Object.fromEntries(processes.map(({ id, pid }) => [id, pid]));
  const pid = (id: string): number => {
    const found = processes.find((one) => one.id === id)?.pid ?? 0;
    if (found === 0) throw new Error(`there is no process ${id}`);
    return found;
  };
  for (const id of measured) if (serverCpu !== undefined) pin(pid(id), serverCpu);
  return { name: 'cluster', api: ready.api, apiKey: ready.apiKey, connectUrls, pids, cluster, pid, stop };
}

/**
 * A cluster of one row's own, beside which there is no other, with the named processes on the server's CPU; to be called after `takeClientsSide`. `prepare` still
 * has every CPU.
 */
export async function clusterBed(measured: readonly string[], options: ClusterOptions = {}, prepare = nothing): Promise<Bed> {
  await stopHouse();
  const cluster = await startBenchCluster(options, prepare);
  return bedOf(cluster, measured, () => cluster.stop());
}

function noHouse(error: unknown): never {
  house = undefined;
  throw error;
}

/**
 * An edge that was just started, `edge-1`, with the server's CPU, in the cluster that all such rows of a run have in common: a cluster takes longer to start
 * than many a row to measure. After `takeClientsSide`; the row closes what it opened.
 */
export async function edgeBed({
  main,
  env = {},
}: { readonly main?: string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Bed> {
  const cluster = await (house ??= startBenchCluster({}).catch(noHouse));
  const [edge] = cluster.processes.filter(({ id }) => id === 'edge-1') as [ServiceProcess];
  await onAllCpus(async () => {
    const ended = cluster.processes.filter(({ kind, pid }) => kind === 'api' && pid === 0);
    await Promise.all([main === undefined ? edge.restartAsItWas(env) : edge.restartAs(main, env), ...ended.map((api) => api.start())]);
  });
  return bedOf(cluster, [edge.id], () => Promise.resolve());
}

/** Ends who reads the log, and the api: none of them is on the way of a message, and on two cores they take what is measured. Rooms have to be there; `edgeBed` starts the api again. */
export async function stopReaders({ cluster }: Bed): Promise<void> {
  const readers = cluster.processes.filter(({ kind }) => kind === 'api' || kind === 'history' || kind === 'metrics');
  await Promise.all(readers.map((reader) => reader.kill()));
}
