import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { natsConfig, readConfig, systemClock } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { eventually, quietLogger } from '@plaza/testkit';
import { startNats, type NatsEngine } from '@plaza/testkit/engines';
import { Appender } from './appender.js';
import { appendAll, idsOf, logContract, recordOf, take, type LogSetup } from './log.contract.js';
import { JetStreamLog } from './log.nats.js';
import type { StoredRecord } from './log.js';

const logger = quietLogger();
const size = { shards: 8, streams: 2, replicas: 1, maxBytes: 64 * 1024 * 1024, logger };
const signal = new AbortController().signal;

let engine: NatsEngine;
const connections: NatsConnection[] = [];

async function connection(): Promise<NatsConnection> {
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engine.urls.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const made = await connectNats(read.config, 'test');
  connections.push(made);
  return made;
}

async function withoutStreams(): Promise<void> {
  const manager = await jetstreamManager(await connection());
  for await (const stream of manager.streams.list()) await manager.streams.delete(stream.config.name);
}

async function setup(): Promise<LogSetup> {
  await withoutStreams();
  const first = await JetStreamLog.open({ connection: await connection(), ...size });
  const second = await JetStreamLog.open({ connection: await connection(), ...size });
  return {
    first,
    second,
    async close() {
      await first.close();
      await second.close();
      await Promise.all(connections.splice(0).map((made) => made.close()));
    },
  };
}

beforeAll(async () => {
  engine = await startNats();
});
afterAll(async () => {
  await Promise.all(connections.map((made) => made.close()));
  await engine.stop();
});

logContract('JetStream', setup);

describe('a JetStream log', () => {
  test('opens on the streams that are there, whoever made them, also when two open at once', async () => {
    await withoutStreams();
    const logs = await Promise.all(
      [connection(), connection()].map(async (made) => JetStreamLog.open({ connection: await made, ...size })),
    );
    await appendAll(logs[0]!, 3, ['a']);
    const again = await JetStreamLog.open({ connection: await connection(), ...size, maxAgeMs: 3_600_000, maxBytes: 32 * 1024 * 1024 });
    expect(idsOf(await again.read(3, 0, 10))).toEqual(['a']);
  });

  test('refuses streams of another shape, in words', async () => {
    await withoutStreams();
    const manager = await jetstreamManager(await connection());
    await manager.streams.add({ name: 'LOG-0', subjects: ['log.0.*'], max_msgs_per_subject: 5 });
    const opened = JetStreamLog.open({ connection: await connection(), ...size });
    await expect(opened).rejects.toThrow(/LOG-0 exists, but max_msgs_per_subject is 5.*deny_purge is false.*allow_direct/);
  });

  test('refuses more replicas than there are servers, without waiting', async () => {
    await withoutStreams();
    const opened = JetStreamLog.open({ connection: await connection(), ...size, replicas: 3 });
    await expect(opened).rejects.toThrow(expect.objectContaining({ name: 'LogUnsuitable' }));
  });

  test('forbids to delete what is stored', async () => {
    const { first, close } = await setup();
    const [a] = await appendAll(first, 3, ['a']);
    const manager = await jetstreamManager(await connection());
    await expect(manager.streams.purge('LOG-1')).rejects.toThrow('not permitted');
    await expect(manager.streams.deleteMessage('LOG-1', a!)).rejects.toThrow('not permitted');
    await close();
  });

  test('says unclear to a record that the server does not take', async () => {
    const { first, close } = await setup();
    expect((await first.tryAppend(3, 0, recordOf('x', 1_100_000), 1000)).kind).toBe('unclear');
    expect((await first.tryAppend(3, 0, recordOf('x', 3_000_000), 1000)).kind).toBe('unclear');
    await close();
  });

  test('answers unclear while its server is killed; appends, reads and followers go on by themselves afterwards', async () => {
    const { first, second, close } = await setup();
    const appender = new Appender(first, { clock: systemClock });
    const taken: StoredRecord[] = [];
    const follower = take(second, 1, 0, 40, taken);
    let last = (await appendAll(first, 3, ['0'])).at(-1)!;
    await eventually(() => expect(taken).toHaveLength(1));

    await engine.servers[0]!.kill('SIGKILL');
    await eventually(() => expect([first.connected, second.connected]).toEqual([false, false]));
    expect(await first.tryAppend(3, last, recordOf('x'), 1000)).toMatchObject({ kind: 'unclear' });
    await expect(first.read(3, 0, 1)).rejects.toThrow(expect.objectContaining({ name: 'LogUnavailable' }));
    const waiting = appender.append(3, last, '1', recordOf('1'), signal);
    await engine.servers[0]!.start();

    for (let i = 1; i < 40; i++) {
      const outcome = await (i === 1 ? waiting : appender.append(3, last, String(i), recordOf(String(i)), signal));
      if (!('stored' in outcome)) throw new Error(JSON.stringify(outcome));
      last = outcome.stored;
    }
    expect(idsOf(await follower)).toEqual(Array.from({ length: 40 }, (_, i) => String(i)));
    expect(await first.read(3, 0, 100)).toHaveLength(40);
    await close();
  });
});
