import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GrpcHistoryReader } from '@plaza/bus/grpc';
import { parseRoomId, positionAt, shardOf } from '@plaza/domain';
import { readConfig, type ConfigOf, type Service } from '@plaza/kit';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import { JetStreamLog } from '@plaza/log/nats';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventually, freePort } from '@plaza/testkit';
import { freshKeyspace, startCassandra, startNats, type CassandraEngine, type NatsEngine } from '@plaza/testkit/engines';
import { composeHistory } from './compose.js';
import { historyTable } from './config.js';

let nats: NatsEngine;
let cassandra: CassandraEngine;
beforeAll(async () => {
  [nats, cassandra] = [await startNats(), await startCassandra()];
});
afterAll(async () => {
  await nats.stop();
  await cassandra.stop();
});

async function settings(): Promise<{ config: ConfigOf<typeof historyTable>; probe: (path: string) => Promise<Response> }> {
  const probePort = await freePort();
  const read = readConfig(historyTable, {
    PLAZA_LOG_LEVEL: 'silent',
    PLAZA_GRPC_PORT: String(await freePort()),
    PLAZA_PROBE_PORT: String(probePort),
    PLAZA_NATS_SERVERS: nats.urls.join(),
    PLAZA_CASSANDRA_HOSTS: cassandra.hosts.join(),
    PLAZA_CASSANDRA_KEYSPACE: freshKeyspace(),
    PLAZA_LOG_MAX_BYTES: '67108864',
  });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  return { config: read.config, probe: (path) => fetch(`http://127.0.0.1:${probePort}${path}`, { signal: AbortSignal.timeout(2000) }) };
}

test('a history of its own reads the log of NATS into Cassandra and answers over gRPC', async () => {
  const { config, probe } = await settings();
  const { service }: { service: Service } = await composeHistory(config);
  const connection = await connectNats(config, 'test');
  const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
  const log = await JetStreamLog.open({ connection, shards, streams, replicas, maxBytes });
  const reader = new GrpcHistoryReader(`127.0.0.1:${config.grpcPort}`, grpcChannelCredentials(config));
  try {
    await service.start();
    await eventually(async () => expect((await probe('/readyz')).status).toBe(200));
    const position = positionAt(Date.now());
    const event = Event.encode(Event.fromPartial({ position, kind: { $case: 'message', value: { account: 'ann' } } })).finish();
    const batch = { room: 'lobby', bucket: position, last: position, events: [{ position, event, stored: true }] };
    const bytes = Record.encode(Record.fromPartial({ id: 'one', timeMs: Date.now(), batches: [batch] })).finish();
    const answer = await log.tryAppend(shardOf(parseRoomId('lobby')!, shards), 0, bytes, 2000);
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
    const page = await reader.read({ room: 'lobby', page: undefined, head: position, headSequence: answer.sequence, viewer: undefined });
    expect(page).toMatchObject({
      upTo: position,
      more: false,
      events: [{ position, kind: { $case: 'message', value: { account: 'ann' } } }],
    });
    expect((await probe('/healthz')).status).toBe(200);
    expect(await (await probe('/metrics')).text()).toMatch(/plaza_history_rows_total\{[^}]*\} 1\n/);
  } finally {
    await service.drain();
    await service.stop();
    reader.close();
    await log.close();
    await connection.close();
  }
});
