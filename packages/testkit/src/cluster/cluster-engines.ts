import { join } from 'node:path';
import { freshKeyspace, startCassandra, startOwnCassandra, type CassandraEngine } from '../engines/cassandra.js';
import type { Link } from '../engines/link.js';
import { startNats, type NatsEngine, type NatsOptions } from '../engines/nats.js';
import { startRedis, type RedisEngine } from '../engines/redis.js';

/** What the services of a cluster stand on. Engines that were named by address are used as they are, and not stopped. */
export interface ClusterEngines {
  readonly natsUrls: readonly string[];
  readonly redisUrl: string;
  readonly cassandraHosts: readonly string[];
  readonly keyspace: string;
  /** Started by us; undefined where an address was given. */
  readonly nats: NatsEngine | undefined;
  readonly redis: RedisEngine | undefined;
  readonly cassandra: CassandraEngine | undefined;
  /** A line an engine: which, and why this one. */
  readonly found: readonly string[];
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly natsServers: 1 | 3;
  /** Of one server's streams, if elsewhere than in its data folder. */
  readonly natsStore?: ((server: string) => string) | undefined;
  readonly link?: Link;
  /** A Cassandra that can be killed, also inside a jest run. */
  readonly ownCassandra?: boolean;
  /** Kept after stop; undefined: temporary, and inside a jest run on the Cassandra that its files share. */
  readonly dataFolder: string | undefined;
}

/** Starts what is not named by PLAZA_NATS_SERVERS, PLAZA_REDIS_URL and PLAZA_CASSANDRA_HOSTS. Throws EngineMissing. */
export async function startEngines(options: EngineOptions): Promise<ClusterEngines> {
  const named = {
    nats: process.env['PLAZA_NATS_SERVERS'],
    redis: process.env['PLAZA_REDIS_URL'],
    cassandra: process.env['PLAZA_CASSANDRA_HOSTS'],
  };
  const started = await Promise.allSettled([
    named.nats ? undefined : startNats(natsOptions(options)),
    named.redis ? undefined : startRedis(folderOf(options, 'redis')),
    named.cassandra ? undefined : cassandraFor(options),
  ]);
  const [nats, redis, cassandra] = await allOrNone(started);
  return {
    natsUrls: nats?.urls ?? (named.nats ?? '').split(','),
    redisUrl: redis?.url ?? named.redis ?? '',
    cassandraHosts: cassandra?.hosts ?? (named.cassandra ?? '').split(','),
    keyspace: process.env['PLAZA_CASSANDRA_KEYSPACE'] ?? (options.dataFolder === undefined ? freshKeyspace() : 'plaza'),
    nats,
    redis,
    cassandra,
    found: [
      nats?.found ?? 'NATS named by PLAZA_NATS_SERVERS',
      redis?.found ?? 'Redis named by PLAZA_REDIS_URL',
      cassandra?.found ?? 'Cassandra named by PLAZA_CASSANDRA_HOSTS',
    ],
    async stop() {
      await Promise.all([nats?.stop(), redis?.stop(), cassandra?.stop()]);
    },
  };
}

const natsOptions = (options: EngineOptions): NatsOptions => ({
  servers: options.natsServers,
  ...folderOf(options, 'nats'),
  ...(options.natsStore === undefined ? {} : { storeFolder: options.natsStore }),
  ...(options.link === undefined ? {} : { link: options.link }),
});

const folderOf = ({ dataFolder }: EngineOptions, name: string): { dataFolder?: string } =>
  dataFolder === undefined ? {} : { dataFolder: join(dataFolder, name) };

const cassandraFor = (options: EngineOptions): Promise<CassandraEngine> =>
  options.dataFolder === undefined && options.ownCassandra !== true ? startCassandra() : startOwnCassandra(folderOf(options, 'cassandra'));

type Settled<T extends readonly unknown[]> = { [K in keyof T]: PromiseSettledResult<T[K]> };

/** What all of them gave; when one failed the others are stopped. */
async function allOrNone<T extends readonly ({ stop(): Promise<void> } | undefined)[]>(settled: Settled<T>): Promise<T> {
  const failure = settled.find((each) => each.status === 'rejected');
  const engines = settled.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  if (failure === undefined) return engines as unknown as T;
  await Promise.all(engines.map((engine) => engine?.stop() ?? Promise.resolve()));
  throw failure.reason;
}
