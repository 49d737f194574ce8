import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectFresh, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { CassandraSnapshotStore, snapshotTables } from './snapshot-store.cassandra.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { SnapshotsUnavailable } from './snapshot-store.js';

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

snapshotStoreContract('Cassandra', async (clock) => {
  const { client, close } = await connectFresh(cassandra, snapshotTables);
  return { store: new CassandraSnapshotStore(client, clock), close };
});

test('a Cassandra snapshot store that cannot be asked says so by name', async () => {
  const { client, close } = await connectFresh(cassandra, snapshotTables);
  const store = new CassandraSnapshotStore(client);
  await store.close();
  await expect(store.newest(1)).rejects.toBeInstanceOf(SnapshotsUnavailable);
  await close();
});
