import { randomUUID } from 'node:crypto';
import type { MetricsReader, Peers } from '@plaza/bus';
import {
  causeOf,
  createLogger,
  createRegistry,
  systemClock,
  withProbes,
  type Clock,
  type Logger,
  type Probes,
  type Registry,
  type Service,
} from '@plaza/kit';
import type { RootDatabase } from '@plaza/kit/lmdb';
import { StreamReaders, type Log } from '@plaza/log';
import type { Archive } from './archive.js';
import { LmdbArchive } from './archive.lmdb.js';
import { Archivist } from './archivist.js';
import { Calendar } from './calendar.js';
import type { MetricsConfig, MetricsSettings } from './config.js';
import type { Counters } from './counters.js';
import { LmdbCounters } from './counters.lmdb.js';
import { FiguresReader } from './figures.js';
import { ReadFiguresHandler } from './handlers/read-figures.js';
import { TopRoomsHandler } from './handlers/top-rooms.js';
import { ServiceMetrics } from './metrics.prom.js';
import { MetricsService } from './metrics-service.js';
import { TallyUp } from './tally-up.js';

export interface MetricsParts {
  readonly log: Log;
  readonly counters: Counters;
  readonly archive: Archive;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export type Metrics = Service & Probes & { readonly reader: MetricsReader };

/** A metrics service on the given parts, which stay the caller's: nothing of them is closed here. An empty `id` gets a random one. */
export function createMetrics(config: MetricsSettings, parts: MetricsParts): Metrics {
  const { log, counters, archive, clock, logger, registry } = parts;
  const metrics = new ServiceMetrics(registry, () => readers.lags());
  const calendar = new Calendar(config.timeZone);
  const around = { counters, archive, calendar, metrics, clock, logger };
  const tallyUp = new TallyUp(around);
  const archivist = new Archivist(around);
  const readers: StreamReaders = new StreamReaders({ log, clock, logger }, tallyUp);
  const id = config.id === '' ? `metrics-${randomUUID().slice(0, 8)}` : config.id;
  const settings = { id, address: config.grpcAddress ?? '', retentionDays: config.retentionDays };
  const service = new MetricsService(settings, { ...parts, readers, tallyUp, archivist });
  const asked = { ...around, figures: new FiguresReader(counters, archive), shards: log.shards, streams: log.streams };
  const [tops, series] = [new TopRoomsHandler(asked), new ReadFiguresHandler(asked)];
  const reader: MetricsReader = { topRooms: (ask) => tops.topRooms(ask), readFigures: (ask) => series.readFigures(ask) };
  return Object.assign(service, { reader });
}

export const embeddedMetricsParts = (store: RootDatabase<Buffer, Buffer>): { counters: Counters; archive: Archive } => ({
  counters: new LmdbCounters(store),
  archive: new LmdbArchive(store),
});

/** The metrics service as a process of its own, whose libraries a standalone process never loads. */
export async function composeMetrics(config: MetricsConfig): Promise<{ service: Service; logger: Logger }> {
  const { serveMetrics } = await import('@plaza/bus/grpc');
  const { NatsPeers } = await import('@plaza/bus/nats');
  const { createCassandra, prepareKeyspaceInTime } = await import('@plaza/kit/cassandra');
  const { grpcServerCredentials } = await import('@plaza/kit/grpc');
  const { connectNats } = await import('@plaza/kit/nats');
  const { connectRedis } = await import('@plaza/kit/redis');
  const { JetStreamLog } = await import('@plaza/log/nats');
  const { archiveTables, CassandraArchive } = await import('./archive.cassandra.js');
  const { RedisCounters } = await import('./counters.redis.js');
  const logger = createLogger('metrics', config.logLevel);
  const registry = createRegistry('metrics');
  const ends = new AbortController();
  // Everything is counted without Cassandra; copies wait for it.
  void prepareKeyspaceInTime(config, archiveTables(config.retentionDays), ends.signal, (error) =>
    logger.warn({ event: 'cassandra-away', cause: causeOf(error) }),
  );
  const archive = new CassandraArchive(createCassandra(config));
  const redis = connectRedis(config, (error) => logger.warn({ event: 'redis-away', cause: causeOf(error) }));
  // Redis may be away at the start: it is tried again for ever, and the readers wait for it.
  redis.connect().catch(() => undefined);
  const counters = new RedisCounters(redis, config);
  const connection = await connectNats(config, 'metrics');
  const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
  const log = await JetStreamLog.open({ connection, shards, streams, replicas, maxBytes, logger });
  const peers = new NatsPeers([connection], logger);
  const listening = { host: config.grpcHost, port: config.grpcPort, credentials: grpcServerCredentials(config) };
  const reader: MetricsReader = {
    topRooms: (ask) => metrics.reader.topRooms(ask),
    readFigures: (ask) => metrics.reader.readFigures(ask),
  };
  const server = await serveMetrics(reader, listening);
  const grpcAddress = config.grpcAddress ?? `${config.grpcHost}:${server.port}`;
  const metrics = createMetrics({ ...config, grpcAddress }, { log, counters, archive, peers, clock: systemClock, logger, registry });
  const service: Service & Probes = {
    start: () => metrics.start(),
    drain: () => metrics.drain(),
    health: () => metrics.health(),
    ready: () => metrics.ready(),
    async stop() {
      ends.abort();
      await server.close();
      await metrics.stop();
      await peers.close();
      await log.close();
      await connection.close();
      await counters.close();
      await archive.close();
    },
  };
  return { service: withProbes(service, registry, config.probeHost, config.probePort), logger };
}
