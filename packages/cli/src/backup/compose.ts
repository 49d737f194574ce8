import { cassandraConfig, common, natsConfig, readConfig, redisConfig, type ConfigOf, type Table } from '@plaza/kit';
import { Misused } from '../command.js';
import type { Engines } from './engines.js';
import { RedisKeptKeys } from './kept-keys.redis.js';
import { JetStreamCopies } from './log-copies.nats.js';
import { CassandraTables } from './tables.cassandra.js';

const logTable = { ...natsConfig, shards: common.shards, streams: common.streams };

/** The engines that the services' own variables name. */
export function enginesOf(env: Readonly<Record<string, string | undefined>>): Engines {
  const read = <T extends Table>(table: T): ConfigOf<T> => {
    const found = readConfig(table, env);
    if ('mistakes' in found) throw new Misused(found.mistakes.join('; '));
    return found.config;
  };
  return {
    log: async () => JetStreamCopies.open(read(logTable)),
    kept: async () => RedisKeptKeys.open(read(redisConfig)),
    tables: async () => CassandraTables.open(read(cassandraConfig)),
  };
}
