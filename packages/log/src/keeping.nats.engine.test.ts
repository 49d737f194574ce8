import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { natsConfig, readConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { startNats, type NatsEngine } from '@plaza/testkit/engines';
import { keepingContract, type KeepingSetup } from './keeping.contract.js';
import { JetStreamKeeping } from './keeping.nats.js';
import { JetStreamLog } from './log.nats.js';

const size = { shards: 8, streams: 2 };
const usualMs = 2000;

let engine: NatsEngine;
let connection: NatsConnection;

beforeAll(async () => {
  engine = await startNats();
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engine.urls.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  connection = await connectNats(read.config, 'test');
});
afterAll(async () => {
  await connection.close();
  await engine.stop();
});

async function setup(): Promise<KeepingSetup> {
  const manager = await jetstreamManager(connection);
  for await (const stream of manager.streams.list()) await manager.streams.delete(stream.config.name);
  const log = await JetStreamLog.open({ connection, ...size, replicas: 1, maxBytes: 64 * 1024 * 1024, maxAgeMs: usualMs });
  return {
    log,
    keeping: new JetStreamKeeping(connection, size),
    usualMs,
    keepsNewest: false,
    pass: () => undefined,
    close: () => log.close(),
  };
}

keepingContract('JetStream', setup);

test('a change of the age leaves everything else of the stream as it was', async () => {
  const { keeping, close } = await setup();
  const manager = await jetstreamManager(connection);
  const before = (await manager.streams.info('LOG-1')).config;
  await keeping.keepFor(1, 3_600_000);
  const after = (await manager.streams.info('LOG-1')).config;
  expect(after).toEqual({ ...before, max_age: 3_600_000 * 1_000_000 });
  expect(after).toMatchObject({ deny_purge: true, deny_delete: true, allow_direct: true, max_bytes: 64 * 1024 * 1024 });
  expect((await keeping.moment(1)).maxBytes).toBe(64 * 1024 * 1024);
  await close();
});

test('says so when the log cannot be asked', async () => {
  const keeping = new JetStreamKeeping(connection, { shards: 8, streams: 9 });
  for (const asked of [keeping.moment(8), keeping.keepFor(8, 1000)]) await expect(asked).rejects.toThrow('not found');
});
