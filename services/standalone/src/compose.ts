import { join } from 'node:path';
import { createApi, embeddedApiParts, type Api } from '@plaza/api';
import { LocalRoomGateway, MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import { createEdge, type EdgeService } from '@plaza/edge';
import { createHistory, embeddedHistoryParts } from '@plaza/history';
import {
  createLogger,
  createRegistry,
  developmentSecrets,
  ProbeServer,
  Registry,
  systemClock,
  type Logger,
  type Probes,
  type Service,
} from '@plaza/kit';
import { openStore } from '@plaza/kit/lmdb';
import { LmdbKeeping, LmdbLog } from '@plaza/log/lmdb';
import { createMetrics, embeddedMetricsParts } from '@plaza/metrics';
import { embeddedRoomStateParts } from '@plaza/room-state';
import type { StandaloneConfig } from './config.js';
import { Holders } from './holders.js';
import { allProbes, untilReady } from './readiness.js';
import { innerSettings } from './settings.js';

/** How many of what can be several; one each as it is shipped, more in tests. */
export interface Shape {
  readonly holders: number;
  readonly edges: number;
}

export interface Places {
  readonly page: string;
  readonly api: string;
  readonly openapi: string;
  readonly connect: string;
  readonly health: string;
  readonly metrics: string;
}

export interface Standalone extends Service {
  /** Where everything is; after `start`. */
  places(): Places;
  connectUrls(): readonly string[];
  readonly apiKey: string;
  /** True when the development secrets were made at this start. */
  readonly secretsMade: boolean;
  /** True where the API key is one for development. */
  readonly developmentKey: boolean;
  readonly holders: Holders;
}

type Projection = ReturnType<typeof embeddedRoomStateParts>['projection'];
type Env = Readonly<Record<string, string | undefined>>;

/** All of Plaza in this process: log, projection, history and counters in lmdb below one folder, everything else in memory. */
export function composeStandalone(
  config: StandaloneConfig,
  env: Env,
  shape: Shape = { holders: 1, edges: 1 },
): { service: Standalone; logger: Logger; projection: Projection } {
  const logger = createLogger('standalone', config.logLevel);
  const registry = createRegistry('standalone');
  const secrets = developmentSecrets(config.folder);
  const settings = innerSettings(config, env, secrets, shape.holders);
  const clock = systemClock;

  // Stores of their own: a long write of one never stands before a commit of the log.
  const storeOf = (name: string): ReturnType<typeof openStore> => openStore(join(config.folder, name));
  const stores = {
    log: storeOf('log'),
    rooms: storeOf('rooms'),
    history: storeOf('history'),
    metrics: storeOf('metrics'),
    keys: storeOf('keys'),
  };
  const log = LmdbLog.open(stores.log, config);
  const keeping = new LmdbKeeping(stores.log, log);
  const bus = new MemoryBus(logger);
  const gateway = new LocalRoomGateway();
  const [live, peers] = [new MemoryLive(bus), new MemoryPeers(bus)];
  const around = { clock, logger, registry };

  const roomParts = embeddedRoomStateParts(stores.rooms);
  const holders = new Holders(shape.holders, settings.roomState, { ...roomParts, ...around, log, keeping, bus, gateway });
  const historyParts = embeddedHistoryParts(stores.history, settings.history);
  const history = createHistory(settings.history, { ...historyParts, ...around, log, keeping, peers });
  const metrics = createMetrics(settings.metrics, { ...embeddedMetricsParts(stores.metrics), ...around, log, peers });
  const edges = Array.from({ length: shape.edges }, (_, i) =>
    createEdge(
      { ...settings.edge, id: `edge-${i + 1}`, port: i === 0 ? settings.edge.port : 0 },
      {
        ...around,
        registry: i === 0 ? registry : new Registry(),
        live,
        peers,
        gateway,
        history: history.reader,
      },
    ),
  );
  const api = createApi(settings.api, {
    ...around,
    ...embeddedApiParts(stores.keys),
    log,
    live,
    peers,
    gateway,
    history: history.reader,
    metrics: metrics.reader,
  });
  const services: readonly Service[] = [holders, history, metrics, ...edges, api];
  const probed = (): readonly Probes[] => [...holders.rooms, history, metrics, ...edges, api];
  const probes = new ProbeServer(allProbes(probed), registry);
  let probePort = 0;
  let stopping: Promise<void> | undefined;

  const service: Standalone = {
    apiKey: secrets.apiKey,
    secretsMade: secrets.made,
    developmentKey: config.apiKeys === undefined,
    holders,
    places: () => placesOf(config.host, probePort, api, edges),
    connectUrls: () => edges.map((edge) => edge.connectUrl()),
    async start() {
      probePort = await probes.listen('127.0.0.1', config.probePort);
      // Together: who listens hears the first beat of who holds.
      await Promise.all(services.map((each) => each.start()));
      await untilReady(probed);
    },
    async drain() {
      for (const each of [...services].reverse()) await each.drain();
    },
    stop: () => (stopping ??= stopAll()),
  };

  async function stopAll(): Promise<void> {
    for (const each of [...services].reverse()) await each.stop();
    await Promise.all([probes.close(), peers.close(), live.close(), log.close()]);
    await Promise.all(Object.values(stores).map((store) => store.close()));
  }
  return { service, logger, projection: roomParts.projection };
}

function placesOf(host: string, probePort: number, api: Api, edges: readonly EdgeService[]): Places {
  const url = api.url();
  const probeUrl = `http://127.0.0.1:${probePort}`;
  return {
    page: `${url}/chat/`,
    api: url,
    openapi: `${url}/docs`,
    connect: edges[0]?.connectUrl() ?? `ws://${host}`,
    health: `${probeUrl}/healthz`,
    metrics: `${probeUrl}/metrics`,
  };
}
