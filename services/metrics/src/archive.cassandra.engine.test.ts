import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectFresh, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { archiveTables, CassandraArchive } from './archive.cassandra.js';
import { archiveContract } from './archive.contract.js';
import { ArchiveUnavailable } from './archive.js';

const retentionDays = 30;
let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

archiveContract('Cassandra', async () => {
  const { client, close } = await connectFresh(cassandra, archiveTables(retentionDays));
  return { archive: new CassandraArchive(client), close };
});

test('rows of the Cassandra archive expire; one that cannot be asked says so by name', async () => {
  const { client, close } = await connectFresh(cassandra, archiveTables(retentionDays));
  const archive = new CassandraArchive(client);
  const day = { kind: 'day', startMs: 1000 } as const;
  await archive.putRooms(day, [{ room: 'a', messages: 1, entries: 0, active: 0 }], 1);
  await archive.putTops(day, 0, { messages: [], entries: [], active: [] }, 1);
  for (const [table, column] of [
    ['room_figures', 'message_count'],
    ['top_rooms', 'version'],
  ]) {
    const { rows } = await client.execute(`SELECT TTL(${column}) AS ttl FROM ${table} LIMIT 1`);
    expect(rows[0]!.get('ttl')).toBeGreaterThan((retentionDays - 1) * 86_400);
    expect(rows[0]!.get('ttl')).toBeLessThanOrEqual(retentionDays * 86_400);
  }
  await archive.close();
  await expect(archive.tops(day, 'active')).rejects.toBeInstanceOf(ArchiveUnavailable);
  await close();
});
