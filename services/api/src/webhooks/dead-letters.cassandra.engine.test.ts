import { afterAll, beforeAll } from '@jest/globals';
import { createCassandra, prepareKeyspace } from '@plaza/kit/cassandra';
import { freshKeyspace, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { CassandraDeadLetters, deadLetterTables } from './dead-letters.cassandra.js';
import { deadLettersContract } from './dead-letters.contract.js';

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

deadLettersContract('Cassandra', async () => {
  const config = {
    cassandraHosts: cassandra.hosts,
    cassandraDatacenter: cassandra.datacenter,
    cassandraKeyspace: freshKeyspace(),
    cassandraReplicas: 1,
    cassandraUser: undefined,
    cassandraPassword: undefined,
    cassandraTlsCa: undefined,
  };
  await prepareKeyspace(config, deadLetterTables);
  const client = createCassandra(config);
  await client.connect();
  return { letters: new CassandraDeadLetters(client), close: () => client.shutdown() };
});
