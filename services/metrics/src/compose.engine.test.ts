import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import { GrpcMetricsReader } from '@plaza/bus/grpc';
import { parseRoomId, positionAt, shardOf, Sketch } from '@plaza/domain';
import { readConfig, type ConfigOf } from '@plaza/kit';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import { connectRedis } from '@plaza/kit/redis';
import { JetStreamLog } from '@plaza/log/nats';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
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
import { composeMetrics } from './compose.js';
import { metricsTable } from './config.js';

let nats: NatsEngine;
let redis: RedisEngine;
let cassandra: CassandraEngine;
beforeAll(async () => {
  [nats, redis, cassandra] = [await startNats(), await startRedis(), await startCassandra()];
});
afterAll(async () => {
  await nats.stop();
  await redis.stop();
  await cassandra.stop();
});

async function settings(
  over: { readonly [name: string]: string } = {},
): Promise<{ config: ConfigOf<typeof metricsTable>; probe: (path: string) => Promise<Response> }> {
  const probePort = await freePort();
  const read = readConfig(metricsTable, {
    PLAZA_LOG_LEVEL: 'silent',
    PLAZA_GRPC_PORT: String(await freePort()),
    PLAZA_PROBE_PORT: String(probePort),
    PLAZA_NATS_SERVERS: nats.urls.join(),
    PLAZA_REDIS_URL: redis.url,
    PLAZA_CASSANDRA_HOSTS: cassandra.hosts.join(),
    PLAZA_CASSANDRA_KEYSPACE: freshKeyspace(),
    PLAZA_LOG_MAX_BYTES: '67108864',
    ...over,
  });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  return { config: read.config, probe: (path) => fetch(`http://127.0.0.1:${probePort}${path}`, { signal: AbortSignal.timeout(2000) }) };
}

test('a metrics service of its own counts the log of NATS in Redis and answers over gRPC, also after Redis was away', async () => {
  const { config, probe } = await settings();
  const { service } = await composeMetrics(config);
  const connection = await connectNats(config, 'test');
  const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
  const log = await JetStreamLog.open({ connection, shards, streams, replicas, maxBytes });
  const reader = new GrpcMetricsReader(`127.0.0.1:${config.grpcPort}`, grpcChannelCredentials(config));
  const nowMs = Date.now();
  const sketch = new Sketch();
  for (const account of ['ann', 'bob']) sketch.add(account);
  let last = 0;
  const say = async (messages: number): Promise<void> => {
    const event = Event.encode(Event.fromPartial({ kind: { $case: 'message', value: {} } })).finish();
    const events = Array.from({ length: messages }, (_, i) => ({ position: positionAt(nowMs) + i, event }));
    const bytes = Record.encode(
      Record.fromPartial({ timeMs: nowMs, batches: [{ room: 'lobby', events, tally: { enters: 2, sketch: sketch.encode() } }] }),
    ).finish();
    const answer = await log.tryAppend(shardOf(parseRoomId('lobby')!, shards), last, bytes, 2000);
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
    last = answer.sequence;
  };
  const comesTo = (messages: number, entries: number): Promise<void> =>
    eventually(async () => {
      const page = await reader.topRooms({ metric: 'messages', period: 'hour', atMs: nowMs, limit: 0 });
      expect(page.rooms).toEqual([{ room: 'lobby', messages, entries, active: 2 }]);
      const { points } = await reader.readFigures({ room: 'lobby', period: 'day', fromMs: nowMs, toMs: nowMs + 1 });
      expect(points).toMatchObject([{ messages, entries, active: 2 }]);
    });
  try {
    await service.start();
    await eventually(async () => expect((await probe('/readyz')).status).toBe(200));
    await say(3);
    await comesTo(3, 2);
    await redis.kill();
    await say(4);
    await eventually(async () => expect((await probe('/readyz')).status).toBe(503));
    expect((await probe('/healthz')).status).toBe(200);
    await redis.start();
    await comesTo(7, 4);
    await eventually(async () => expect((await probe('/readyz')).status).toBe(200));
  } finally {
    await service.drain();
    await service.stop();
    reader.close();
    await log.close();
    await connection.close();
  }
});

test('a metrics service that cannot reach Cassandra counts all the same, and says of what it cannot know that it is unavailable', async () => {
  const { config, probe } = await settings({ PLAZA_CASSANDRA_HOSTS: `127.0.0.1:${await freePort()}` });
  const command = connectRedis(config, () => undefined);
  await command.connect();
  // As if a part of the log had aged out uncounted just now: what was before is in the archive, if anywhere.
  await command.hset('plaza:{m0}:counted', 'wholeFrom', Date.now());
  command.disconnect();
  const { service } = await composeMetrics(config);
  const reader = new GrpcMetricsReader(`127.0.0.1:${config.grpcPort}`, grpcChannelCredentials(config));
  const ask = { metric: 'messages', period: 'hour', limit: 0 };
  try {
    await service.start();
    await eventually(async () => expect((await probe('/readyz')).status).toBe(200));
    expect((await reader.topRooms({ ...ask, atMs: Date.now() })).periodStartMs).toBeGreaterThan(0);
    await expect(reader.topRooms({ ...ask, atMs: Date.now() - 86_400_000 })).rejects.toBeInstanceOf(ReaderUnavailable);
    expect((await probe('/healthz')).status).toBe(200);
  } finally {
    await service.drain();
    await service.stop();
    reader.close();
  }
}, 90_000);
