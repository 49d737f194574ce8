import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { httpBody } from './answers.js';
import { findNats } from './find-nats.js';
import { Keeper } from './keeper.js';
import { directly, type Link } from './link.js';
import { ServerProcess } from './server-process.js';

export interface NatsServer {
  /** As the server names itself in stream placements: n1, n2, n3. */
  readonly name: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly pid: number;
  /** SIGKILL by default; resolves when the process has ended (at once for signals that end nothing, like SIGSTOP). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** SIGTERM, and SIGKILL when the time is over; default ten seconds. */
  stop(withinMs?: number): Promise<void>;
  /** The exit code, or the signal that ended it; undefined while it runs. */
  readonly end: number | string | undefined;
  /** Again, on the same ports and folder; resolves when it serves. */
  start(): Promise<void>;
}

export interface NatsEngine {
  /** host:port of each server. */
  readonly urls: string[];
  readonly servers: NatsServer[];
  readonly found: string;
  stop(): Promise<void>;
}

export interface NatsOptions {
  readonly servers?: 1 | 3;
  /** Kept after stop; default: a temporary folder. */
  readonly dataFolder?: string;
  /** Where a server keeps its streams, if elsewhere than in its data folder: a small disk, to be filled. */
  readonly storeFolder?: (server: string) => string;
  /** How one server reaches another; default: directly. */
  readonly link?: Link;
}

interface Place {
  readonly name: string;
  readonly folder: string;
  readonly store: string | undefined;
  readonly port: number;
  readonly monitorPort: number;
  readonly routePort: number;
}

const startMs = 30_000;
const attempts = 3;

/** JetStream on one server or on a cluster of three, on loopback; throws EngineMissing. */
export async function startNats({ servers = 1, dataFolder, storeFolder, link = directly }: NatsOptions = {}): Promise<NatsEngine> {
  const { path, found } = await findNats();
  for (let attempt = 1; ; attempt++) {
    const keeper = new Keeper();
    try {
      return await startServers(path, found, keeper, await placesFor(servers, dataFolder ?? keeper.folder, storeFolder), link);
    } catch (error) {
      await keeper.close();
      // A port that was free may be taken by now: again with others.
      if (attempt === attempts) throw error;
    }
  }
}

async function startServers(path: string, found: string, keeper: Keeper, places: readonly Place[], link: Link): Promise<NatsEngine> {
  const processes: ServerProcess[] = [];
  for (const place of places) processes.push(processAt(path, keeper, place, await routesOf(place, places, link)));
  await Promise.all(processes.map((server) => server.start()));
  const servers = processes.map((server, index) => serverView(server, places[index] as Place));
  return {
    urls: places.map((place) => `127.0.0.1:${place.port}`),
    servers,
    found,
    async stop() {
      await Promise.all(processes.map((server) => server.stop()));
      await keeper.close();
    },
  };
}

const serverView = (server: ServerProcess, place: Place): NatsServer => ({
  name: place.name,
  port: place.port,
  monitorPort: place.monitorPort,
  get pid() {
    return server.pid;
  },
  get end() {
    return server.end;
  },
  kill: (signal) => server.kill(signal),
  stop: (withinMs) => server.stop(withinMs),
  start: () => server.start(),
});

const routesOf = (place: Place, places: readonly Place[], link: Link): Promise<string[]> =>
  Promise.all(places.filter((other) => other !== place).map((other) => link(place.name, other.name, `127.0.0.1:${other.routePort}`)));

async function placesFor(servers: number, folder: string, storeFolder: NatsOptions['storeFolder']): Promise<Place[]> {
  const places: Place[] = [];
  for (let index = 1; index <= servers; index++) {
    const name = `n${index}`;
    const ports = { port: await freePort(), monitorPort: await freePort(), routePort: await freePort() };
    places.push({ name, folder: join(folder, name), store: storeFolder?.(name), ...ports });
  }
  return places;
}

function processAt(path: string, keeper: Keeper, place: Place, routes: readonly string[]): ServerProcess {
  mkdirSync(place.folder, { recursive: true });
  const config = join(place.folder, 'nats.conf');
  writeFileSync(config, configOf(place, routes));
  return new ServerProcess({
    name: `nats-${place.name}`,
    command: path,
    args: ['-c', config],
    folder: place.folder,
    answers: () => serves(place, routes.length + 1),
    startMs,
    guard: keeper.guard,
  });
}

/** Healthy, and in a cluster: the metadata group has a leader, else streams cannot be made yet. */
async function serves(place: Place, servers: number): Promise<void> {
  await httpBody(`http://127.0.0.1:${place.monitorPort}/healthz`);
  if (servers === 1) return;
  const jetStream = JSON.parse(await httpBody(`http://127.0.0.1:${place.monitorPort}/jsz`)) as { meta_cluster?: { leader?: string } };
  if (!jetStream.meta_cluster?.leader) throw new Error('the metadata group has no leader yet');
}

/** Neither clients nor servers are told of other addresses than those that they were given: each link stays the one that the caller named. */
function configOf(place: Place, routes: readonly string[]): string {
  const urls = routes.map((address) => `"nats://${address}"`).join(', ');
  const cluster = `cluster { name: plaza, host: "127.0.0.1", port: ${place.routePort}, advertise: "127.0.0.1:1", no_advertise: true, routes: [${urls}] }\n`;
  // A server sets the streams' limits aside, and by itself not more than three quarters of the disk.
  const limit = place.store === undefined ? '' : ', max_file_store: 64GB';
  return `server_name: ${place.name}
host: "127.0.0.1"
port: ${place.port}
http: "127.0.0.1:${place.monitorPort}"
max_payload: 2MB
lame_duck_grace_period: 5s
lame_duck_duration: 30s
jetstream { store_dir: "${place.store ?? join(place.folder, 'jetstream')}", sync_interval: 100ms${limit} }
${routes.length > 0 ? cluster : ''}`;
}
