import { createCassandra, prepareKeyspace } from '@plaza/kit/cassandra';
import { freshKeyspace, type CassandraEngine } from './cassandra.js';

type Client = ReturnType<typeof createCassandra>;

export interface FreshCassandra {
  readonly client: Client;
  /** Ends the client, whoever else did so before, and drops the keyspace: what all tests of a run share does not grow. */
  close(): Promise<void>;
}

/** Taking tables away can take seconds on a busy node. */
const dropping = { prepare: false, readTimeout: 30_000 };

/** A client of a keyspace of its own, with these tables (`CREATE ... IF NOT EXISTS`). */
export async function connectFresh({ hosts, datacenter }: CassandraEngine, tables: readonly string[]): Promise<FreshCassandra> {
  const config = {
    cassandraHosts: hosts,
    cassandraDatacenter: datacenter,
    cassandraKeyspace: freshKeyspace(),
    cassandraReplicas: 1,
    cassandraUser: undefined,
    cassandraPassword: undefined,
    cassandraTlsCa: undefined,
  };
  await prepareKeyspace(config, tables);
  const client = createCassandra(config);
  await client.connect();
  return {
    client,
    async close() {
      await client.shutdown();
      await drop(createCassandra(config, false), config.cassandraKeyspace);
    },
  };
}

async function drop(client: Client, keyspace: string): Promise<void> {
  try {
    await client.connect();
    await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`, [], dropping);
  } finally {
    await client.shutdown();
  }
}
