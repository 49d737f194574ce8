import { randomUUID } from 'node:crypto';
import type { Live, Peers, RoomDoor } from '@plaza/bus';
import { serveRoomDoor } from '@plaza/bus/grpc';
import { NatsLive, NatsPeers } from '@plaza/bus/nats';
import { defaultLimits, ownerOf } from '@plaza/domain';
import {
  causeOf,
  createLogger,
  createRegistry,
  steadyClock,
  systemClock,
  withProbes,
  wait,
  type Clock,
  type Logger,
  type Probe,
  type Probes,
  type Registry,
  type Service,
} from '@plaza/kit';
import { createCassandra, prepareKeyspaceInTime } from '@plaza/kit/cassandra';
import { grpcServerCredentials } from '@plaza/kit/grpc';
import type { RootDatabase } from '@plaza/kit/lmdb';
import { connectNats } from '@plaza/kit/nats';
import { connectRedis } from '@plaza/kit/redis';
import { Appender, type Log, type LogKeeping } from '@plaza/log';
import { JetStreamKeeping, JetStreamLog } from '@plaza/log/nats';
import { Askers } from './askers.js';
import { Beside } from './beside.js';
import { Pulse } from './pulse.js';
import type { RoomStateConfig } from './config.js';
import { Door } from './door.js';
import { Edges } from './edges.js';
import { Holder } from './holder.js';
import { LogKeeper } from './log-keeper.js';
import { promMetrics } from './metrics.prom.js';
import { isRefused } from './probe-address.js';
import type { Projection } from './projection.js';
import { LmdbProjection } from './projection.lmdb.js';
import { RedisProjection } from './projection.redis.js';
import { Roster } from './roster.js';
import type { HolderParts } from './shard-parts.js';
import { CassandraSnapshotStore, snapshotTables } from './snapshot-store.cassandra.js';
import { LmdbSnapshotStore } from './snapshot-store.lmdb.js';
import type { SnapshotStore } from './snapshot-store.js';
import type { Settings } from './settings.js';
import { StreamPasts } from './stream-pasts.js';

export interface RoomStateParts {
  readonly log: Log;
  readonly keeping: LogKeeping;
  readonly live: Live;
  readonly peers: Peers;
  readonly projection: Projection;
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Where the door is reached; beats announce it. */
  readonly address: string;
  readonly isRefused?: (address: string) => Promise<boolean>;
}

export type RoomState = Service & Probes & { readonly door: RoomDoor; readonly id: string };

const hourMs = 3_600_000;
/** How long a start waits for the first claims to be served; after that it is not ready, but runs. */
const firstClaimsMs = 10_000;
const lookMs = 20;

/** A room-state process of given parts. `start` resolves when the shards that it should hold first serve; the door works from then on. */
export function createRoomState(config: Settings & { readonly id: string }, parts: RoomStateParts): RoomState {
  const { log, live, peers, projection, snapshots, clock, logger, registry, address } = parts;
  const id = config.id === '' ? `room-state-${randomUUID().slice(0, 8)}` : config.id;
  const { noticesUpTo, permanentMembers, bucketRows, bucketMs, absenceMs } = config;
  const limits = { ...defaultLimits, noticesUpTo, permanentMembers, bucketRows, bucketMs, graceMs: absenceMs };
  const metrics = promMetrics(registry, () => holder.gauges);
  const askers = new Askers(clock, config.graceMs, (asker) => {
    for (const shard of [...holder.all()]) shard.askerGone(asker);
  });
  const endSession: HolderParts['endSession'] = (asker, session, code) => askers.endSession(asker, session, code);
  const deliver: HolderParts['deliver'] = (asker, delivery) => askers.deliver(asker, delivery);
  const appender = new Appender(log, { clock });
  const edges = new Edges({ peers, clock, silentMs: config.silentMs });
  const common: HolderParts = {
    id,
    address,
    log,
    appender,
    pasts: new StreamPasts(log),
    live,
    projection,
    snapshots,
    beside: new Beside(),
    pulse: new Pulse(config.pulseMs),
    clock,
    logger,
    metrics,
    settings: config,
    limits,
    edges,
    endSession,
    deliver,
  };
  const roster = new Roster({
    me: id,
    peers,
    clock,
    silentMs: config.silentMs,
    isRefused: parts.isRefused ?? isRefused,
    changed: () => holder.look(),
  });
  const holder: Holder = new Holder(common, peers, roster);
  const keeper = new LogKeeper({
    ...parts,
    metrics,
    owns: (stream) => keepsStream(id, roster, stream),
    keepMs: config.logKeepHours * hourMs,
    readers: config.logReaders,
  });
  const door = new Door({
    shards: log.shards,
    held: (shard) => holder.get(shard),
    all: () => holder.all(),
    take: (shard) => holder.take(shard),
    askers,
    metrics,
    logger,
  });
  const ends = new AbortController();
  return {
    id,
    door,
    async start() {
      keeper.start();
      await holder.start();
      const untilMs = clock.now() + firstClaimsMs;
      while (holder.claiming > 0 && clock.now() < untilMs && !ends.signal.aborted) await wait(clock, lookMs, ends.signal);
    },
    drain: () => holder.drain(),
    async stop() {
      ends.abort();
      holder.stop();
      askers.close();
      await keeper.stop();
      roster.close();
      edges.close();
      await common.beside.ended(logger);
    },
    health: () => ({ ok: true, detail: probeDetail(holder, log) }),
    ready: (): Probe => ({ ok: holder.settled && log.connected, detail: probeDetail(holder, log) }),
  };
}

/** One of the processes looks after each stream of the log; one that hears nobody knows nothing of the readers. */
function keepsStream(me: string, roster: Roster, stream: number): boolean {
  const others = roster.alive().filter(({ draining, starting }) => !draining && !starting);
  return roster.hears && ownerOf(`keeper/${stream}`, [me, ...others.map(({ id }) => id)]) === me;
}

const probeDetail = (holder: Holder, log: Log): Probe['detail'] => ({
  shards: holder.gauges.shards,
  claiming: holder.claiming,
  settled: holder.settled,
  log: log.connected,
});

/** What the embedded composition keeps in its store. */
export const embeddedRoomStateParts = (store: RootDatabase<Buffer, Buffer>): { projection: Projection; snapshots: SnapshotStore } => ({
  projection: new LmdbProjection(store),
  snapshots: new LmdbSnapshotStore(store),
});

/** A room-state process on NATS, Redis and Cassandra, with its gRPC door and its probes. */
export async function composeRoomState(config: RoomStateConfig, wall: Clock = systemClock): Promise<{ service: Service; logger: Logger }> {
  const id = config.id === '' ? `room-state-${randomUUID().slice(0, 8)}` : config.id;
  const logger = createLogger('room-state', config.logLevel).child({ id });
  const registry = createRegistry('room-state');
  const onJump = (aheadMs: number): void => logger.warn({ event: 'clock-jumped', aheadMs });
  const clock = steadyClock({ wall, monotonicMs: () => performance.now(), onJump });
  const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
  // A stopped edge must not stall the log: live frames have a connection of their own.
  const [logConnection, liveConnection] = await Promise.all([connectNats(config, `${id}-log`), connectNats(config, `${id}-live`)]);
  const maxAgeMs = config.logKeepHours * hourMs;
  const log = await JetStreamLog.open({ connection: logConnection, shards, streams, replicas, maxAgeMs, maxBytes, clock, logger });
  const keeping = new JetStreamKeeping(logConnection, log);
  const live = new NatsLive(liveConnection, logger);
  const peers = new NatsPeers([logConnection, liveConnection], logger);
  const redis = connectRedis(config, (error) => logger.warn({ event: 'redis', cause: causeOf(error) }));
  redis.connect().catch((error: unknown) => logger.warn({ event: 'redis-away', cause: causeOf(error) }));
  const ends = new AbortController();
  // Rooms are held without Cassandra; only snapshots wait for it.
  void prepareKeyspaceInTime(config, snapshotTables, ends.signal, (error) =>
    logger.warn({ event: 'cassandra-away', cause: causeOf(error) }),
  );
  const cassandra = createCassandra(config);
  const projection = new RedisProjection(redis);
  const snapshots = new CassandraSnapshotStore(cassandra, clock);

  // The port of the door is known once it is open, and the first beat needs it.
  const opened: { room?: RoomState } = {};
  const listener = await serveRoomDoor(doorOf(opened), {
    host: config.grpcHost,
    port: config.grpcPort,
    credentials: grpcServerCredentials(config),
    logger,
  });
  const address = config.grpcAddress ?? `${config.grpcHost}:${listener.port}`;
  const room = createRoomState({ ...config, id }, { log, keeping, live, peers, projection, snapshots, clock, logger, registry, address });
  opened.room = room;

  const service = {
    start: () => room.start(),
    drain: () => room.drain(),
    async stop() {
      ends.abort();
      await room.stop();
      await listener.close();
      await Promise.allSettled([peers.close(), live.close(), log.close(), projection.close(), snapshots.close()]);
      await Promise.allSettled([cassandra.shutdown(), logConnection.close(), liveConnection.close()]);
      redis.disconnect();
    },
    health: () => room.health(),
    ready: () => room.ready(),
  };
  return { service: withProbes(service, registry, config.probeHost, config.probePort), logger };
}

const doorOf = (opened: { readonly room?: RoomState }): RoomDoor => ({
  attach(asker, replies) {
    if (opened.room === undefined) throw new Error('this process is still starting');
    return opened.room.door.attach(asker, replies);
  },
});
