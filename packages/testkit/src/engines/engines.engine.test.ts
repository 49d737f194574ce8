import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { Redis } from 'ioredis';
import { eventually } from '../eventually.js';
import { isAlive } from './cache.js';
import { connectFresh, startCassandra, startNats, startRedis, chromiumPath } from '../engines.js';

describe('engines', () => {
  test('one nats-server keeps its streams over kill -9 and a start on the same port', async () => {
    const nats = await startNats();
    const [server] = nats.servers;
    if (server === undefined) throw new Error('no server');
    const connection = await connect({ servers: nats.urls, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    const { pid } = server;
    await server.kill();
    expect(isAlive(pid)).toBe(false);
    await server.start();
    expect(server.pid).not.toBe(pid);
    await eventually(() => connection.flush());
    expect((await manager.streams.info('KEPT')).config.name).toBe('KEPT');
    await connection.close();
    await nats.stop();
    expect(server.pid).toBe(0);
  });

  test('three nats-servers make a replicated stream', async () => {
    const nats = await startNats({ servers: 3 });
    const connection = await connect({ servers: nats.urls });
    const manager = await jetstreamManager(connection);
    const stream = await manager.streams.add({ name: 'THREE', subjects: ['three'], num_replicas: 3 });
    expect(nats.servers.map((server) => server.name)).toContain(stream.cluster?.leader);
    await connection.close();
    await nats.stop();
  });

  test('redis keeps what was set over a stop and a start', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    await client.set('a', '1');
    await redis.kill('SIGTERM');
    await redis.start();
    expect(await client.get('a')).toBe('1');
    client.disconnect();
    await redis.stop();
    expect(redis.pid).toBe(0);
  });

  test('two askers in one run get the same Cassandra', async () => {
    const [one, other] = await Promise.all([startCassandra(), startCassandra()]);
    expect(other.hosts).toEqual(one.hosts);
  });

  test('a keyspace of one’s own is gone when it is closed, whoever closed its client', async () => {
    const cassandra = await startCassandra();
    const { client, close } = await connectFresh(cassandra, ['CREATE TABLE IF NOT EXISTS t (a int PRIMARY KEY)']);
    await client.execute('INSERT INTO t (a) VALUES (1)');
    const { keyspace } = client;
    await client.shutdown();
    await close();
    const looker = await connectFresh(cassandra, []);
    const { rows } = await looker.client.execute('SELECT keyspace_name FROM system_schema.keyspaces');
    const names = rows.map((row) => String(row.get('keyspace_name')));
    expect(names).toContain(looker.client.keyspace);
    expect(names).not.toContain(keyspace);
    await looker.close();
  });

  test('there is a Chromium', async () => {
    expect(existsSync(await chromiumPath())).toBe(true);
  });
});
