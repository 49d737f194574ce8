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

/** A process with its probe; Cassandra is where it is told. */
async function startAt(cassandraHost: string, keyspace: string): Promise<{ service: Service; readyz: () => Promise<[number, unknown]> }> {
  const env = {
    PLAZA_LOG_LEVEL: 'silent',
    PLAZA_SHARDS: '4',
    PLAZA_STREAMS: '1',
    PLAZA_NATS_SERVERS: nats.urls.join(','),
    PLAZA_REDIS_URL: redis.url,
    PLAZA_CASSANDRA_HOSTS: cassandraHost,
    PLAZA_CASSANDRA_KEYSPACE: keyspace,
    PLAZA_SETTLE_MS: '300',
    PLAZA_PROBE_PORT: String(await freePort()),
  };
  const read = readConfig(roomStateTable, env);
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const { probePort } = read.config;
  const composed = await composeRoomState(read.config);
  await composed.service.start();
  const readyz = async (): Promise<[number, unknown]> => {
    const answer = await fetch(`http://127.0.0.1:${probePort}/readyz`);
    return [answer.status, await answer.json()];
  };
  return { service: composed.service, readyz };
}

const holdsAll = async (readyz: () => Promise<[number, unknown]>): Promise<void> => {
  await eventually(async () => expect(await readyz()).toEqual([200, expect.objectContaining({ shards: 4 })]), { timeoutMs: 30_000 });
};

test('a room-state process starts and holds while Cassandra is away, and makes its tables when it comes', async () => {
  const before = await startAt(cassandra.hosts[0]!, freshKeyspace());
  await holdsAll(before.readyz);
  await before.service.drain();
  await before.service.stop();

  const keyspace = freshKeyspace();
  const port = await freePort();
  const started = await startAt(`127.0.0.1:${port}`, keyspace);
  service = started.service;
  await holdsAll(started.readyz);

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
