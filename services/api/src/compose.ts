import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  AccountList,
  CommandRouter,
  ShardTable,
  type Live,
  type HistoryReader,
  type MetricsReader,
  type Peers,
  type RoomGateway,
} from '@plaza/bus';
import { GrpcHistoryReader, GrpcMetricsReader, GrpcRoomGateway } from '@plaza/bus/grpc';
import { NatsLive, NatsPeers } from '@plaza/bus/nats';
import {
  causeOf,
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
import { createCassandra, prepareKeyspace } from '@plaza/kit/cassandra';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import type { RootDatabase } from '@plaza/kit/lmdb';
import { connectNats } from '@plaza/kit/nats';
import { connectRedis } from '@plaza/kit/redis';
import type { Log } from '@plaza/log';
import { JetStreamLog } from '@plaza/log/nats';
import { ApiKeys } from './api-keys.js';
import { AuditMetrics } from './audit/audit-metrics.prom.js';
import { AuditLog } from './audit/audit-log.js';
import { AuditService } from './audit/audit-service.js';
import { auditTables, CassandraAudit } from './audit/audit.cassandra.js';
import { LmdbAudit } from './audit/audit.lmdb.js';
import type { Audit } from './audit/audit.js';
import { ApiService, type Listener } from './api-service.js';
import { apiMistakes, type ApiConfig } from './config.js';
import { Cluster } from './cluster/cluster.js';
import { Edges } from './edges.js';
import { Gate } from './gate.js';
import { LmdbKeys } from './keys.lmdb.js';
import { RedisKeys } from './keys.redis.js';
import type { Keys } from './keys.js';
import { ApiMetrics } from './metrics.prom.js';
import type { Ports } from './operation.js';
import { serveOperations } from './operations.fastify.js';
import { operationsOf } from './operations.js';
import { servePages } from './pages.fastify.js';
import { Presences } from './presences.js';
import { RateLimit } from './rate-limit.js';
import { Rooms } from './rooms.js';
import { createServer } from './server.fastify.js';
import { CassandraDeadLetters, deadLetterTables } from './webhooks/dead-letters.cassandra.js';
import { LmdbDeadLetters } from './webhooks/dead-letters.lmdb.js';
import type { DeadLetters } from './webhooks/dead-letters.js';
import { LmdbDeliveries } from './webhooks/deliveries.lmdb.js';
import { RedisDeliveries } from './webhooks/deliveries.redis.js';
import type { Deliveries } from './webhooks/deliveries.js';
import { Mailer } from './webhooks/mailer.js';
import { defaultRetry } from './webhooks/retry.js';
import { Sealer } from './webhooks/secrets.js';
import { NodeSender } from './webhooks/sender.node.js';
import type { WebhookPorts } from './webhooks/webhook-ports.js';
import { WebhookMetrics } from './webhooks/webhook-metrics.prom.js';
import { WebhookService } from './webhooks/webhook-service.js';
import { Webhooks } from './webhooks/webhooks.js';

export interface ApiParts {
  readonly log: Log;
  readonly peers: Peers;
  readonly live: Live;
  readonly keys: Keys;
  readonly deliveries: Deliveries;
  readonly letters: DeadLetters;
  readonly audit: Audit;
  readonly gateway: RoomGateway;
  readonly history: HistoryReader;
  readonly metrics: MetricsReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Commands of the server API that may wait for one shard; beyond: unavailable. */
const unansweredPerShard = 10_000;
/** API keys and addresses whose rate is remembered. */
const knownKeys = 10_000;
const knownAddresses = 20_000;
/** What the api keeps in Cassandra. */
const tables: readonly string[] = [...deadLetterTables, ...auditTables];
/** The chat page that was built in this repository. */
const builtConsole = fileURLToPath(new URL('../../../packages/console/dist', import.meta.url));

/** What the embedded composition keeps in its store. */
export const embeddedApiParts = (store: RootDatabase<Buffer, Buffer>): Pick<ApiParts, 'keys' | 'audit' | 'deliveries' | 'letters'> => ({
  keys: new LmdbKeys(store),
  audit: new LmdbAudit(store),
  deliveries: new LmdbDeliveries(store),
  letters: new LmdbDeadLetters(store),
});

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
    onDelivery: () => undefined,
    limits: { unansweredPerShard, giveUpMs: config.commandMs },
  });
  const { shards } = config;
  const accounts = new AccountList({ live: parts.live, router, shards, clock, logger: parts.logger, removed: () => undefined });
  const audit = new AuditService({ id, auditDays: config.auditDays }, { ...parts, metrics: new AuditMetrics(parts.registry) });
  const webhooks = webhooksOf(config, id, parts);
  const cluster = new Cluster({ peers, table, router, clock, shards, streams: parts.log.streams });
  const listener = httpListener(config, parts, portsOf(config, parts, table, router, accounts, webhooks.ports, cluster));
  return new ApiService({
    id,
    host: config.apiHost,
    port: config.apiPort,
    shards: config.shards,
    listener,
    router,
    table,
    peers,
    accounts,
    cluster,
    readers: [audit, webhooks.service],
    clock,
  });
}

const portsOf = (
  config: ApiConfig,
  { history, metrics, clock, keys, audit, log }: ApiParts,
  table: ShardTable,
  router: CommandRouter,
  accounts: AccountList,
  webhooks: WebhookPorts,
  cluster: Cluster,
): Ports => ({
  rooms: new Rooms(router, config.shards, config.commandMs),
  history,
  metrics,
  edges: new Edges(table, clock),
  presences: new Presences(router, table, clock),
  accounts,
  keys,
  webhooks,
  cluster,
  audit: new AuditLog(audit, log.streams, config.auditDays, clock),
  clock,
  issueToken: (claims: TokenClaims) => issueToken(config.tokenSecret, claims, clock.now()),
});

/** What delivers events to the endpoints of the platform, and what its operations stand on. */
function webhooksOf(config: ApiConfig, id: string, parts: ApiParts): { ports: WebhookPorts; service: Service } {
  const { log, deliveries, letters, peers, clock, logger } = parts;
  const { webhookPrivate: privateAllowed, webhookMs: deadlineMs, webhookConcurrency: concurrency } = config;
  const sealer = new Sealer(config.webhookKey ?? config.tokenSecret);
  const sender = new NodeSender({ privateAllowed });
  const mailer = new Mailer({ sender, sealer, clock, deadlineMs });
  const policy = { ...defaultRetry, giveUpMs: config.webhookRetryHours * 3_600_000 };
  const meter = new WebhookMetrics(parts.registry);
  const webhooks = new Webhooks({
    ...{ log, deliveries, letters, mailer, meter, clock, logger },
    policy,
    concurrency,
    random: Math.random,
  });
  const stopMs = deadlineMs + 1000;
  const service = new WebhookService({ id, streams: log.streams, peers, clock, logger, webhooks, stopMs, sender });
  return { ports: { deliveries, letters, sealer, privateAllowed, log, mailer }, service };
}

/** Builds the server when it is asked to listen: registering its plug-ins takes a turn of the event loop. */
function httpListener(config: ApiConfig, { logger, registry, clock, keys }: ApiParts, ports: Ports): Listener {
  const gate = new Gate(
    new ApiKeys(config.apiKeys, keys, clock),
    new RateLimit(config.apiKeyRate, knownKeys),
    new RateLimit(config.apiOpenRate, knownAddresses),
    clock,
    logger,
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

/** The service of a process: NATS for beats and the log, gRPC to rooms, history and figures, probes on a port of their own. */
export async function composeApi(config: ApiConfig): Promise<{ service: Service; logger: Logger }> {
  const logger = createLogger('api', config.logLevel);
  const registry = createRegistry('api');
  const credentials = grpcChannelCredentials(config);
  const connection = await connectNats(config, 'api');
  const peers = new NatsPeers([connection], logger);
  const live = new NatsLive(connection, logger);
  const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
  const log = await JetStreamLog.open({ connection, shards, streams, replicas, maxBytes, logger });
  const redis = connectRedis(config, (error) => logger.warn({ event: 'redis', cause: causeOf(error) }));
  redis.connect().catch((error: unknown) => logger.warn({ event: 'redis-away', cause: causeOf(error) }));
  await prepareKeyspace(config, tables);
  const cassandra = createCassandra(config);
  const history = new GrpcHistoryReader(config.historyAddress, credentials);
  const metrics = new GrpcMetricsReader(config.metricsAddress, credentials);
  const gateway = new GrpcRoomGateway({ credentials });
  const api = createApi(config, {
    log,
    peers,
    live,
    keys: new RedisKeys(redis),
    deliveries: new RedisDeliveries(redis),
    letters: new CassandraDeadLetters(cassandra),
    audit: new CassandraAudit(cassandra, config),
    gateway,
    history,
    metrics,
    clock: systemClock,
    logger,
    registry,
  });
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
      await live.close();
      await log.close();
      await cassandra.shutdown();
      redis.disconnect();
      await connection.close();
    },
  };
  return { service: withProbes(service, registry, config.probeHost, config.probePort), logger };
}
