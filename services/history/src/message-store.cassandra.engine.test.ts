import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { connectFresh, startCassandra, startOwnCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { CassandraMessageStore, messageTables } from './message-store.cassandra.js';
import { messageStoreContract } from './message-store.contract.js';
import { StoreUnavailable, type NewRow } from './message-store.js';

const retentionDays = 10;

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

messageStoreContract('Cassandra', async () => {
  const { client, close } = await connectFresh(cassandra, messageTables(retentionDays));
  return { store: new CassandraMessageStore(client, { retentionDays }), trims: false, close };
});

const row = (position: number, bucket = 1): NewRow => ({
  room: 'a',
  bucket,
  position,
  timeMs: Date.now(),
  event: Uint8Array.of(1),
  audience: '',
  untilMs: Date.now() + 3 * 86_400_000,
});

describe('Cassandra message store', () => {
  test('gives rows their own time stamp and the time to live of the configuration', async () => {
    const { client, close } = await connectFresh(cassandra, messageTables(retentionDays));
    const store = new CassandraMessageStore(client, { retentionDays: 3 });
    const written = row(7);
    await store.write([written]);
    const { rows } = await client.execute('SELECT WRITETIME(event) AS at, TTL(event) AS ttl FROM messages', []);
    expect(Number(rows[0]!.get('at'))).toBe(written.timeMs * 1000);
    expect(rows[0]!.get('ttl')).toBeGreaterThan(3 * 86_400 - 60);
    expect(rows[0]!.get('ttl')).toBeLessThanOrEqual(3 * 86_400 + 1);
    await close();
  });

  test('pages over many buckets', async () => {
    const { client, close } = await connectFresh(cassandra, messageTables(retentionDays));
    const store = new CassandraMessageStore(client, { retentionDays });
    await store.write(Array.from({ length: 70 }, (_, i) => row(i + 1, i + 1)));
    const newest = await store.page({ room: 'a', before: undefined, after: undefined, limit: 60 });
    expect(newest.map(({ position }) => position)).toEqual(Array.from({ length: 60 }, (_, i) => i + 11));
    const oldest = await store.page({ room: 'a', before: undefined, after: 0, limit: 60 });
    expect(oldest.map(({ position }) => position)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    await close();
  });

  test('says by name that Cassandra is away, and has everything when it is back', async () => {
    const own = await startOwnCassandra();
    const { client } = await connectFresh(own, messageTables(retentionDays));
    const store = new CassandraMessageStore(client, { retentionDays });
    try {
      await store.write([row(1)]);
      await store.moveCursor(2, 9);
      // In order, so that it writes its commit log out: killed, one node alone loses what it had not synchronised yet.
      await own.kill('SIGTERM');
      await expect(store.write([row(2)])).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.cursor(2)).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.page({ room: 'a', before: undefined, after: undefined, limit: 1 })).rejects.toBeInstanceOf(StoreUnavailable);
      await own.start();
      await eventually(() => store.write([row(2)]), { timeoutMs: 30_000 });
      expect(await store.cursor(2)).toBe(9);
      expect(await store.page({ room: 'a', before: undefined, after: undefined, limit: 5 })).toHaveLength(2);
    } finally {
      await store.close();
      await own.stop();
    }
  });
});
