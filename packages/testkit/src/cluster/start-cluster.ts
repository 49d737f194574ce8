import { join } from 'node:path';
import { developmentSecrets } from '@plaza/kit';
import { Keeper } from '../engines/keeper.js';
import { directly, type Link } from '../engines/link.js';
import { startEngines, type ClusterEngines } from './cluster-engines.js';
import { ServiceProcess, type ServiceKind, type ServiceSpec } from './service-process.js';
import { connectUrlAt, ServiceSpecs } from './service-specs.js';

export interface ClusterOptions {
  readonly edges?: number;
  /** How many room-state processes. */
  readonly holders?: number;
  readonly histories?: number;
  readonly metrics?: number;
  readonly apis?: number;
  readonly natsServers?: 1 | 3;
  /** Data and logs, kept after stop; default: a temporary folder. */
  readonly dataFolder?: string;
  readonly logLevel?: string;
  /** Of one nats-server's streams, if elsewhere than in its data folder. */
  readonly natsStore?: (server: string) => string;
  /** A Cassandra of the cluster's own, also inside a jest run. */
  readonly ownCassandra?: boolean;
  /** Engines that are there already, and stay when the cluster stops. */
  readonly engines?: ClusterEngines;
  /** How one process reaches another; default: directly. `from` is empty where all the others share the link. */
  readonly link?: Link;
  /** Other mains than those of this work tree's build, by kind of service. */
  readonly mains?: Readonly<Partial<Record<ServiceKind, string>>>;
  /** More variables for every service process, over those set here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told in words what is being done. */
  readonly onProgress?: (line: string) => void;
}

/** What scripts need to know; `npm run cluster` prints it in its PLAZA_READY line. */
export interface ReadyPlaces {
  readonly page: string;
  readonly api: string;
  readonly openapi: string;
  readonly connect: string;
  readonly health: string;
  readonly metrics: string;
  readonly apiKey: string;
}

export interface Cluster {
  readonly ready: ReadyPlaces;
  /** One an edge. */
  readonly connectUrls: readonly string[];
  /** Where each api listens, host:port. */
  readonly apiAddresses: readonly string[];
  /** In the order of their start. */
  readonly processes: readonly ServiceProcess[];
  readonly engines: ClusterEngines;
  readonly logFolder: string;
  /** True when the development secrets were made at this start. */
  readonly secretsMade: boolean;
  /** One more of a kind, as another replica would be; resolves when it is ready, and is then among `processes`. */
  more(kind: 'edge' | 'api'): Promise<ServiceProcess>;
  /** Who is asked first ends first: api, edges, readers, holders; then the engines. */
  stop(): Promise<void>;
}

/** A cluster as separate processes on loopback, on real engines; resolves when all of them are ready. Throws EngineMissing. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const say = options.onProgress ?? (() => undefined);
  const keeper = new Keeper();
  const stops: (() => Promise<unknown>)[] = [() => keeper.close()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    say('starting engines');
    const { natsServers = 1, dataFolder, natsStore, link = directly, ownCassandra = false } = options;
    const engines = options.engines ?? (await startEngines({ natsServers, dataFolder, natsStore, link, ownCassandra }));
    if (options.engines === undefined) stops.push(() => engines.stop());
    engines.found.forEach(say);
    return await startServices(options, engines, keeper, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServices(
  options: ClusterOptions,
  engines: ClusterEngines,
  keeper: Keeper,
  stops: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Cluster> {
  const folder = options.dataFolder ?? keeper.folder;
  const logFolder = join(folder, 'logs');
  const secrets = developmentSecrets(folder);
  const { logLevel = 'info', env = {}, mains = {}, link = directly, onProgress: say = () => undefined } = options;
  const { edges = 2, holders = 2, histories = 1, metrics = 1, apis = 1 } = options;
  const specs = new ServiceSpecs({ engines, secrets, logLevel, env, folder, logFolder, guard: keeper.guard, link, mains });
  const processes: ServiceProcess[] = [];
  /** Starts processes together; they end together, those that started also when another did not. */
  const group = async (wanted: readonly ServiceSpec[]): Promise<ServiceProcess[]> => {
    const settled = await Promise.allSettled(wanted.map((spec) => ServiceProcess.start(spec)));
    const started = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    stops.push(() => Promise.all(started.map((service) => service.stop())));
    settled.forEach((each) => each.status === 'rejected' && raise(each.reason));
    processes.push(...started);
    started.forEach((service) => say(`${service.id} is ready`));
    return started;
  };
  await group(numbers(holders).map((number) => specs.roomState(number)));
  const readers = await group([...numbers(histories).map((n) => specs.history(n)), ...numbers(metrics).map((n) => specs.metrics(n))]);
  const specOf = {
    edge: (number: number): ServiceSpec => specs.edge(number, readers.slice(0, histories)),
    api: (number: number): ServiceSpec => specs.api(number, readers.slice(0, histories), readers.slice(histories)),
  };
  const started = await group(numbers(edges).map(specOf.edge));
  const doors = await group(numbers(apis).map(specOf.api));
  const more = async (kind: 'edge' | 'api'): Promise<ServiceProcess> => {
    const number = 1 + processes.filter((process) => process.kind === kind).length;
    const [added] = await group([specOf[kind](number)]);
    return added as ServiceProcess;
  };
  const connectUrls = await Promise.all(started.map(async ({ id, port }) => connectUrlAt(await link('', id, `127.0.0.1:${port}`))));
  const apiAddresses = doors.map(({ port }) => `127.0.0.1:${port}`);
  const ready = placesOf(doors[0] as ServiceProcess, connectUrls, secrets.apiKey);
  return { ready, connectUrls, apiAddresses, processes, engines, logFolder, secretsMade: secrets.made, more, stop };
}

function raise(reason: unknown): never {
  throw reason;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

function placesOf(api: ServiceProcess, connectUrls: readonly string[], apiKey: string): ReadyPlaces {
  const url = `http://127.0.0.1:${api.port}`;
  return {
    page: `${url}/chat/`,
    api: url,
    openapi: `${url}/docs`,
    connect: connectUrls[0] ?? '',
    health: `${api.probeUrl}/healthz`,
    metrics: `${api.probeUrl}/metrics`,
    apiKey,
  };
}
