import { ShardTable } from '@plaza/bus';
import { NatsPeers } from '@plaza/bus/nats';
import { shardOf, type RoomId } from '@plaza/domain';
import { common, createLogger, natsConfig, readConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { eventually } from '@plaza/testkit';
import { startCluster } from '@plaza/testkit/cluster';
import { Redis } from 'ioredis';
import { paceOff, type World } from './world.js';

/** Two processes of room-state and edge, one of each other service, on real NATS, Redis and Cassandra. */
export async function processesWorld(): Promise<World> {
  const cluster = await startCluster({ edges: 2, holders: 2, logLevel: 'warn', env: paceOff });
  const { ready, processes, engines, connectUrls } = cluster;
  const watch = await watchHolders(engines.natsUrls);
  const down = new Set<(typeof processes)[number]>();
  return {
    name: 'processes on real engines',
    apiUrl: ready.api,
    pageUrl: ready.page,
    apiKey: ready.apiKey,
    connectUrls,
    async killHolderOf(room) {
      const id = await watch.holderOf(room);
      const holder = processes.find((process) => process.id === id);
      if (holder === undefined) throw new Error(`${room} is held by ${id}, which is not of this cluster`);
      down.add(holder);
      await holder.kill();
    },
    async reviveHolders() {
      await Promise.all([...down].map((holder) => holder.start()));
      down.clear();
    },
    async loseProjection() {
      const redis = new Redis(engines.redisUrl);
      await redis.flushall();
      redis.disconnect();
    },
    async restart() {
      for (const process of [...processes].reverse()) await process.stop();
      for (const process of processes) await process.start();
    },
    async stop() {
      await watch.close();
      await cluster.stop();
    },
  };
}

/** Listens to the beats, as edges do. */
async function watchHolders(servers: readonly string[]): Promise<{ holderOf(room: string): Promise<string>; close(): Promise<void> }> {
  const read = readConfig({ ...natsConfig, shards: common.shards }, { PLAZA_NATS_SERVERS: servers.join(',') });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const connection = await connectNats(read.config, 'story');
  const peers = new NatsPeers([connection], createLogger('story', 'silent'));
  const table = new ShardTable();
  peers.onBeat((beat) => table.apply(beat, Date.now()));
  return {
    holderOf: (room) =>
      eventually(() => {
        const holder = table.holderOf(shardOf(room as RoomId, read.config.shards));
        if (holder === undefined) throw new Error(`no holder of ${room} was heard`);
        return holder.id;
      }),
    async close() {
      await peers.close();
      await connection.close();
    },
  };
}
