import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { CommandRouter, ShardTable, type HistoryReader, type MetricsReader, type Peers, type RoomGateway } from '@plaza/bus';
import { GrpcHistoryReader, GrpcMetricsReader, GrpcRoomGateway } from '@plaza/bus/grpc';
import { NatsPeers } from '@plaza/bus/nats';
import {
  createLogger,
  createRegistry,
  issueToken,
  systemClock,
  withProbes,
  type Clock,
  type Logger,
  type Probes,
  type Registry,
  type Service,
  type TokenClaims,
} from '@plaza/kit';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import { ApiKeys } from './api-keys.js';
import { ApiService, type Listener } from './api-service.js';
import { apiMistakes, type ApiConfig } from './config.js';
import { Edges } from './edges.js';
import { Gate } from './gate.js';
import { ApiMetrics } from './metrics.prom.js';
import type { Ports } from './operation.js';
import { serveOperations } from './operations.fastify.js';
import { operationsOf } from './operations.js';
import { servePages } from './pages.fastify.js';
import { RateLimit } from './rate-limit.js';
import { Rooms } from './rooms.js';
import { createServer } from './server.fastify.js';

export interface ApiParts {
  readonly peers: Peers;
  readonly gateway: RoomGateway;
  readonly history: HistoryReader;
  readonly metrics: MetricsReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Commands of the server API that may wait for one shard; beyond: unavailable. */
const unansweredPerShard = 10_000;
/** Addresses whose rate is remembered. */
const knownAddresses = 20_000;
/** The chat page that was built in this repository. */
const builtConsole = fileURLToPath(new URL('../../../packages/console/dist', import.meta.url));

export type Api = Service & Probes & { url(): string };

/** The server API over given parts; it does not listen before `start`. Throws where the settings contradict each other. */
export function createApi(config: ApiConfig, parts: ApiParts): Api {
  const [mistake] = apiMistakes(config);
  if (mistake !== undefined) throw new Error(mistake);
  const { peers, gateway, clock } = parts;
  const id = config.id === '' ? `api-${randomUUID().slice(0, 8)}` : config.id;
  const table = new ShardTable();
  const router = new CommandRouter({
    shards: config.shards,
    table,
    gateway,
    peers,
    asker: id,
    clock,
    factsOf: () => undefined,
    onEnded: () => undefined,
    limits: { unansweredPerShard, giveUpMs: config.commandMs },
  });
  const listener = httpListener(config, parts, portsOf(config, parts, table, router));
  return new ApiService({ id, host: config.apiHost, port: config.apiPort, shards: config.shards, listener, router, table, peers, clock });
}

const portsOf = (config: ApiConfig, { history, metrics, clock }: ApiParts, table: ShardTable, router: CommandRouter): Ports => ({
  rooms: new Rooms(router, config.shards, config.commandMs),
  history,
  metrics,
  edges: new Edges(table, clock),
  clock,
  issueToken: (claims: TokenClaims) => issueToken(config.tokenSecret, claims, clock.now()),
});

/** Builds the server when it is asked to listen: registering its plug-ins takes a turn of the event loop. */
function httpListener(config: ApiConfig, { logger, registry, clock }: ApiParts, ports: Ports): Listener {
  const gate = new Gate(
    new ApiKeys(config.apiKeys),
    new RateLimit(config.apiKeyRate, config.apiKeys.length),
    new RateLimit(config.apiOpenRate, knownAddresses),
    clock,
  );
  const meter = new ApiMetrics(registry);
  const { demo, apiConnections: connections, apiTrustedProxies: trustedProxies } = config;
  let server: ReturnType<typeof createServer> | undefined;
  return {
    async listen(address) {
      server = createServer({ meter, logger, connections, trustedProxies });
      await serveOperations(server, { operations: operationsOf(demo), ports, gate });
      await servePages(server, { consoleDir: config.consoleDir ?? builtConsole, demo });
      return server.listen(address);
    },
    close: async () => server?.close(),
    cut: () => server?.server.closeAllConnections(),
  };
}

/** The service of a process: NATS for beats, gRPC to rooms, history and figures, probes on a port of their own. */
export async function composeApi(config: ApiConfig): Promise<{ service: Service; logger: Logger }> {
  const logger = createLogger('api', config.logLevel);
  const registry = createRegistry('api');
  const credentials = grpcChannelCredentials(config);
  const connection = await connectNats(config, 'api');
  const peers = new NatsPeers([connection], logger);
  const history = new GrpcHistoryReader(config.historyAddress, credentials);
  const metrics = new GrpcMetricsReader(config.metricsAddress, credentials);
  const gateway = new GrpcRoomGateway({ credentials });
  const api = createApi(config, { peers, gateway, history, metrics, clock: systemClock, logger, registry });
  const service: Service & Probes = {
    start: () => api.start(),
    drain: () => api.drain(),
    health: () => api.health(),
    ready: () => api.ready(),
    async stop() {
      await api.stop();
      history.close();
      metrics.close();
      await peers.close();
      await connection.close();
    },
  };
  return { service: withProbes(service, registry, config.probeHost, config.probePort), logger };
}
