import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCassandra, prepareKeyspace } from '@plaza/kit/cassandra';
import { freshKeyspace, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { CassandraSnapshotStore, snapshotTables } from './snapshot-store.cassandra.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { SnapshotsUnavailable } from './snapshot-store.js';

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

async function connect() {
  const config = {
    cassandraHosts: cassandra.hosts,
    cassandraDatacenter: cassandra.datacenter,
    cassandraKeyspace: freshKeyspace(),
    cassandraReplicas: 1,
    cassandraUser: undefined,
    cassandraPassword: undefined,
    cassandraTlsCa: undefined,
  };
  await prepareKeyspace(config, snapshotTables);
  const client = createCassandra(config);
  await client.connect();
  return client;
}

snapshotStoreContract('Cassandra', async (clock) => {
  const store = new CassandraSnapshotStore(await connect(), clock);
  return { store, close: () => store.close() };
});

test('a Cassandra snapshot store that cannot be asked says so by name', async () => {
  const store = new CassandraSnapshotStore(await connect());
  await store.close();
  await expect(store.newest(1)).rejects.toBeInstanceOf(SnapshotsUnavailable);
});
