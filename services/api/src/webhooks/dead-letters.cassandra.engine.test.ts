import { afterAll, beforeAll } from '@jest/globals';
import { connectFresh, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { CassandraDeadLetters, deadLetterTables } from './dead-letters.cassandra.js';
import { deadLettersContract } from './dead-letters.contract.js';

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

deadLettersContract('Cassandra', async () => {
  const { client, close } = await connectFresh(cassandra, deadLetterTables);
  return { letters: new CassandraDeadLetters(client), close };
});
