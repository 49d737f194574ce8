import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { auth, Client, policies, types } from 'cassandra-driver';
import type { cassandraConfig } from './common-config.js';
import type { ConfigOf } from './config.js';

/** A change of the schema takes seconds on a busy node, and what timed out may have been done. */
const changing = { prepare: false, readTimeout: 30_000 };
const firstPauseMs = 500;
const longestPauseMs = 10_000;
const keyspaceName = /^[a-z][a-z0-9_]{0,47}$/;

/**
 * A client with the settings that matter (protocol v4 at once, bigint, no metadata sync); `useKeyspace` false for making the keyspace. `onlyHost`
 * (host:port): asks this one and no other.
 */
export function createCassandra(config: ConfigOf<typeof cassandraConfig>, useKeyspace = true, onlyHost?: string): Client {
  return new Client({
    contactPoints: onlyHost === undefined ? config.cassandraHosts : [onlyHost],
    ...(onlyHost === undefined ? {} : { policies: { loadBalancing: onlyTo(onlyHost) } }),
    localDataCenter: config.cassandraDatacenter,
    ...(useKeyspace ? { keyspace: config.cassandraKeyspace } : {}),
    isMetadataSyncEnabled: false,
    protocolOptions: { maxVersion: types.protocolVersion.v4 },
    socketOptions: { connectTimeout: 2000, readTimeout: 5000 },
    encoding: { useBigIntAsLong: true, useUndefinedAsUnset: true, map: Map, set: Set },
    queryOptions: { prepare: true, isIdempotent: true, consistency: types.consistencies.localQuorum },
    ...(config.cassandraUser === undefined || config.cassandraPassword === undefined
      ? {}
      : { authProvider: new auth.PlainTextAuthProvider(config.cassandraUser, config.cassandraPassword) }),
    ...(config.cassandraTlsCa === undefined
      ? {}
      : { sslOptions: { ca: [readFileSync(config.cassandraTlsCa, 'utf8')], rejectUnauthorized: true } }),
  });
}

const onlyTo = (host: string): policies.loadBalancing.LoadBalancingPolicy =>
  new policies.loadBalancing.AllowListPolicy(new policies.loadBalancing.RoundRobinPolicy(), [host]);

/** Makes the keyspace where it is missing, then the tables (each statement `CREATE ... IF NOT EXISTS`, with bare table names). */
export async function prepareKeyspace(config: ConfigOf<typeof cassandraConfig>, tables: readonly string[]): Promise<void> {
  if (!keyspaceName.test(config.cassandraKeyspace)) throw new Error('the Cassandra keyspace is a name of lower-case letters, digits and _');
  const client = createCassandra(config, false);
  try {
    await client.connect();
    await client.execute(
      `CREATE KEYSPACE IF NOT EXISTS ${config.cassandraKeyspace} WITH replication = {'class': 'NetworkTopologyStrategy', '${config.cassandraDatacenter}': ${config.cassandraReplicas}}`,
      [],
      changing,
    );
    await client.execute(`USE ${config.cassandraKeyspace}`, [], { prepare: false });
    for (const table of tables) await client.execute(table, [], changing);
  } finally {
    await client.shutdown();
  }
}

/**
 * The same for a service that can begin without Cassandra: tried again until it is done or `signal` aborts. `onFailure` is told of each try that failed.
 * Until then whatever asks the tables fails. Never rejects.
 */
export async function prepareKeyspaceInTime(
  config: ConfigOf<typeof cassandraConfig>,
  tables: readonly string[],
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await prepareKeyspace(config, tables);
    } catch (error) {
      onFailure(error);
      await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
