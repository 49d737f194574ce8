import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { httpBody } from './answers.js';
import { findNats } from './find-nats.js';
import { Keeper } from './keeper.js';
import { ServerProcess } from './server-process.js';

export interface NatsServer {
  /** As the server names itself in stream placements: n1, n2, n3. */
  readonly name: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly pid: number;
  /** SIGKILL by default; resolves when the process has ended (at once for signals that end nothing, like SIGSTOP). */
  kill(signal?: NodeJS.Signals): Promise<void>;
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
}

interface Place {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly routePort: number;
}

const startMs = 30_000;
const attempts = 3;

/** JetStream on one server or on a cluster of three, on loopback; throws EngineMissing. */
export async function startNats({ servers = 1, dataFolder }: NatsOptions = {}): Promise<NatsEngine> {
  const { path, found } = await findNats();
  for (let attempt = 1; ; attempt++) {
    const keeper = new Keeper();
    try {
      return await startServers(path, found, keeper, await placesFor(servers, dataFolder ?? keeper.folder));
    } catch (error) {
      await keeper.close();
      // A port that was free may be taken by now: again with others.
      if (attempt === attempts) throw error;
    }
  }
}

async function startServers(path: string, found: string, keeper: Keeper, places: readonly Place[]): Promise<NatsEngine> {
  const processes = places.map((place) => processAt(path, keeper, place, places));
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
  kill: (signal) => server.kill(signal),
  start: () => server.start(),
});

async function placesFor(servers: number, folder: string): Promise<Place[]> {
  const places: Place[] = [];
  for (let index = 1; index <= servers; index++) {
    const name = `n${index}`;
    places.push({ name, folder: join(folder, name), port: await freePort(), monitorPort: await freePort(), routePort: await freePort() });
  }
  return places;
}

function processAt(path: string, keeper: Keeper, place: Place, places: readonly Place[]): ServerProcess {
  mkdirSync(place.folder, { recursive: true });
  const config = join(place.folder, 'nats.conf');
  writeFileSync(config, configOf(place, places));
  return new ServerProcess({
    name: `nats-${place.name}`,
    command: path,
    args: ['-c', config],
    folder: place.folder,
    answers: () => serves(place, places.length),
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

function configOf(place: Place, places: readonly Place[]): string {
  const routes = places.filter((other) => other !== place).map((other) => `"nats://127.0.0.1:${other.routePort}"`);
  const cluster = `cluster { name: plaza, host: "127.0.0.1", port: ${place.routePort}, routes: [${routes.join(', ')}] }\n`;
  return `server_name: ${place.name}
host: "127.0.0.1"
port: ${place.port}
http: "127.0.0.1:${place.monitorPort}"
max_payload: 2MB
jetstream { store_dir: "${join(place.folder, 'jetstream')}", sync_interval: 100ms }
${places.length > 1 ? cluster : ''}`;
}
