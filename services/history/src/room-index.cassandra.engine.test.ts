import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Role } from '@plaza/proto/client';
import { connectFresh, startCassandra, type CassandraEngine } from '@plaza/testkit/engines';
import { CassandraRoomIndex, indexTables } from './room-index.cassandra.js';
import { roomIndexContract } from './room-index.contract.js';

let cassandra: CassandraEngine;
beforeAll(async () => {
  cassandra = await startCassandra();
});
afterAll(() => cassandra.stop());

async function open() {
  const { client, close } = await connectFresh(cassandra, indexTables);
  return { index: new CassandraRoomIndex(client), close };
}

roomIndexContract('Cassandra', open);

test('a Cassandra room index keeps the newest change, in whatever order two readers write', async () => {
  const { index, close } = await open();
  const change = (role: Role | undefined, position: number) => ({ kind: 'role' as const, room: 'a', account: 'ann', role, position });
  await index.apply([change(Role.ROLE_REGULAR, 3)]);
  await index.apply([change(undefined, 2), change(Role.ROLE_ADMINISTRATOR, 1)]);
  expect((await index.roomsOf('ann', '', 5)).rooms.map(({ role }) => role)).toEqual([Role.ROLE_REGULAR]);
  await close();
});
