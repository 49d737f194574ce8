import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cassandraConfig, readConfig, type Service } from '@plaza/kit';
import { createCassandra } from '@plaza/kit/cassandra';
import { eventually, freePort } from '@plaza/testkit';
import {
  freshKeyspace,
  startCassandra,
  startNats,
  startRedis,
  type CassandraEngine,
  type NatsEngine,
  type RedisEngine,
} from '@plaza/testkit/engines';
import { composeRoomState } from './compose.js';
import { roomStateTable } from './config.js';

let nats: NatsEngine;
let redis: RedisEngine;
let cassandra: CassandraEngine;
let service: Service | undefined;
let door: Server | undefined;
const sockets: Socket[] = [];

beforeAll(async () => {
  [nats, redis, cassandra] = await Promise.all([startNats(), startRedis(), startCassandra()]);
});
afterAll(async () => {
  await service?.stop();
  door?.close();
  for (const socket of sockets) socket.destroy();
  await Promise.all([nats.stop(), redis.stop(), cassandra.stop()]);
});

/** From now on the real Cassandra answers at this port. */
function openDoor(port: number): Promise<void> {
  const [host, at] = cassandra.hosts[0]!.split(':') as [string, string];
  door = createServer((socket) => {
    const upstream = connect({ host, port: Number(at) });
    sockets.push(socket, upstream);
    for (const one of [socket, upstream]) one.on('error', () => undefined);
    socket.pipe(upstream).pipe(socket);
  });
  return new Promise((resolve) => door!.listen(port, '127.0.0.1', () => resolve()));
}

test('a room-state process starts and holds while Cassandra is away, and makes its tables when it comes', async () => {
  const keyspace = freshKeyspace();
  const port = await freePort();
  const env = {
    PLAZA_LOG_LEVEL: 'silent',
    PLAZA_SHARDS: '4',
    PLAZA_STREAMS: '1',
    PLAZA_NATS_SERVERS: nats.urls.join(','),
    PLAZA_REDIS_URL: redis.url,
    PLAZA_CASSANDRA_HOSTS: `127.0.0.1:${port}`,
    PLAZA_CASSANDRA_KEYSPACE: keyspace,
    PLAZA_SETTLE_MS: '300',
    PLAZA_PROBE_PORT: String(await freePort()),
  };
  const read = readConfig(roomStateTable, env);
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  ({ service } = await composeRoomState(read.config));
  await service.start();
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${read.config.probePort}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ shards: 4 })]);
  });

  await openDoor(port);
  const own = readConfig(cassandraConfig, { PLAZA_CASSANDRA_HOSTS: cassandra.hosts.join(',') });
  if ('mistakes' in own) throw new Error(own.mistakes.join('; '));
  const client = createCassandra(own.config, false);
  try {
    await eventually(
      async () => {
        const { rows } = await client.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [keyspace]);
        expect(rows.map((row) => String(row['table_name']))).toContain('snapshot_manifests');
      },
      { timeoutMs: 60_000 },
    );
  } finally {
    await client.shutdown();
  }
});
