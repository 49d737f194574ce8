import { randomUUID } from 'node:crypto';
import type { HistoryReader, Peers } from '@plaza/bus';
import {
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
import { StreamReaders, type Log, type LogKeeping } from '@plaza/log';
import { streamsBehind } from './caught-up.js';
import { CatchUp } from './catch-up.js';
import type { HistoryConfig, HistorySettings } from './config.js';
import { ListRoomsHandler } from './handlers/list-rooms.js';
import { ReadHandler } from './handlers/read.js';
import { TracesHandler } from './handlers/traces.js';
import { HistoryService } from './history-service.js';
import { Ingest } from './ingest.js';
import { LogTails } from './log-tail.js';
import { LmdbMessageStore } from './message-store.lmdb.js';
import type { MessageStore } from './message-store.js';
import { HistoryMetrics } from './metrics.prom.js';
import { Progress } from './progress.js';
import { LmdbRoomIndex } from './room-index.lmdb.js';
import type { RoomIndex } from './room-index.js';

export interface HistoryParts {
  readonly log: Log;
  readonly keeping: Pick<LogKeeping, 'streams' | 'moment'>;
  readonly store: MessageStore;
  readonly index: RoomIndex;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export type History = Service & Probes & { readonly reader: HistoryReader };

/** A history on the given parts, which stay the caller's: nothing of them is closed here. An empty `id` gets a random one. */
export function createHistory(config: HistorySettings, parts: HistoryParts): History {
  const { log, keeping, store, index, clock, logger, registry } = parts;
  const { retentionDays } = config;
  const metrics = new HistoryMetrics(registry, () => readers.lags());
  const throughOf = async (stream: number): Promise<number> => readers.state(stream)?.through ?? store.cursor(stream);
  const isAway = (stream: number): boolean => readers.state(stream)?.failing !== undefined;
  const progress = new Progress(clock, throughOf, isAway);
  const readers: StreamReaders = new StreamReaders(
    { log, clock, logger },
    new Ingest({ store, index, progress, metrics, catchUp: new CatchUp(clock), clock, retentionDays }),
  );
  const id = config.id === '' ? `history-${randomUUID().slice(0, 8)}` : config.id;
  const service = new HistoryService({ id, address: config.grpcAddress ?? '' }, { ...parts, readers });
  const tails = new LogTails(log, clock, retentionDays);
  const reads = new ReadHandler({ store, progress, tails, metrics, shards: log.shards, streams: log.streams });
  const lists = new ListRoomsHandler(index);
  const traces = new TracesHandler({ store, index, behind: () => streamsBehind(keeping, progress) });
  const reader: HistoryReader = {
    read: (ask) => reads.read(ask),
    rooms: (ask) => lists.rooms(ask),
    traces: (ask) => traces.traces(ask),
    countTraces: (ask) => traces.countTraces(ask),
  };
  return Object.assign(service, { reader });
}

export const embeddedHistoryParts = (
  store: RootDatabase<Buffer, Buffer>,
  settings: Pick<HistorySettings, 'retentionDays'>,
): { store: MessageStore; index: RoomIndex } => ({
  store: new LmdbMessageStore(store, settings),
  index: new LmdbRoomIndex(store),
});

/** The history as a process of its own, whose libraries a standalone process never loads. */
export async function composeHistory(config: HistoryConfig): Promise<{ service: Service; logger: Logger }> {
  const { serveHistory } = await import('@plaza/bus/grpc');
  const { NatsPeers } = await import('@plaza/bus/nats');
  const { createCassandra, prepareKeyspace } = await import('@plaza/kit/cassandra');
  const { grpcServerCredentials } = await import('@plaza/kit/grpc');
  const { connectNats } = await import('@plaza/kit/nats');
  const { JetStreamKeeping, JetStreamLog } = await import('@plaza/log/nats');
  const { CassandraMessageStore, messageTables } = await import('./message-store.cassandra.js');
  const { CassandraRoomIndex, indexTables } = await import('./room-index.cassandra.js');
  const logger = createLogger('history', config.logLevel);
  const registry = createRegistry('history');
  await prepareKeyspace(config, [...messageTables(config.retentionDays), ...indexTables]);
  const cassandra = createCassandra(config);
  await cassandra.connect();
  const store = new CassandraMessageStore(cassandra, config);
  const index = new CassandraRoomIndex(cassandra);
  const connection = await connectNats(config, 'history');
  const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
  const log = await JetStreamLog.open({ connection, shards, streams, replicas, maxBytes, logger });
  const peers = new NatsPeers([connection], logger);
  const listening = { host: config.grpcHost, port: config.grpcPort, credentials: grpcServerCredentials(config) };
  const server = await serveHistory(
    {
      read: (ask) => history.reader.read(ask),
      rooms: (ask) => history.reader.rooms(ask),
      traces: (ask) => history.reader.traces(ask),
      countTraces: (ask) => history.reader.countTraces(ask),
    },
    listening,
  );
  const grpcAddress = config.grpcAddress ?? `${config.grpcHost}:${server.port}`;
  const keeping = new JetStreamKeeping(connection, log);
  const parts = { log, keeping, store, index, peers, clock: systemClock, logger, registry };
  const history = createHistory({ ...config, grpcAddress }, parts);
  const service: Service & Probes = {
    start: () => history.start(),
    drain: () => history.drain(),
    health: () => history.health(),
    ready: () => history.ready(),
    async stop() {
      await server.close();
      await history.stop();
      await peers.close();
      await log.close();
      await connection.close();
      await store.close();
    },
  };
  return { service: withProbes(service, registry, config.probeHost, config.probePort), logger };
}
