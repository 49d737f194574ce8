import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { natsConfig, readConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { eventually } from '@plaza/testkit';
import { startNats, type NatsEngine } from '@plaza/testkit/engines';
import { existingStreams, oldestExpected, removeStream, restoreStream, saveStream, type StreamCopy } from './copies.nats.js';
import { recordOf } from './log.contract.js';
import { JetStreamLog } from './log.nats.js';
import { walkStream } from './walk.js';

const size = { shards: 8, streams: 2, replicas: 1, maxBytes: 64 * 1024 * 1024 };
const shard = 1;
/** Longer than 1,500 appends and their copy take on a busy machine. */
const keepMs = 6000;

const engines: NatsEngine[] = [];
const connections: NatsConnection[] = [];

async function server(servers: 1 | 3 = 1): Promise<NatsConnection> {
  const engine = await startNats({ servers });
  engines.push(engine);
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engine.urls.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const made = await connectNats(read.config, 'test');
  connections.push(made);
  return made;
}

let old: NatsConnection;
let copy: StreamCopy;
const pieces: Uint8Array[] = [];

async function append(log: JetStreamLog, after: number, count: number): Promise<number> {
  let last = after;
  for (let i = 0; i < count; i++) {
    const answer = await log.tryAppend(shard, last, recordOf(`after ${last}`, 2000), 5000);
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
    last = answer.sequence;
  }
  return last;
}

async function* given(all: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* all;
}

const openOn = (connection: NatsConnection, replicas = 1) => JetStreamLog.open({ connection, ...size, replicas, maxAgeMs: keepMs });
const walk = (log: JetStreamLog, through: number) =>
  walkStream({ log, stream: shard % size.streams, through, on: () => undefined, silenceMs: 5000 });

beforeAll(async () => {
  old = await server();
  const log = await openOn(old);
  const before = await append(log, 0, 1500);
  // It goes on while it is saved.
  let saved = false;
  const going = (async () => {
    let last = before;
    while (!saved) last = await append(log, last, 1);
  })();
  copy = await saveStream(old, 1, async (piece) => void pieces.push(piece.slice()));
  saved = true;
  await going;
  await log.close();
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(engines.map((engine) => engine.stop()));
});

test('a copy has all that was there when it began, and is given out while its stream goes on', () => {
  expect(copy.state).toMatchObject({ first_seq: 1, messages: copy.state.last_seq });
  expect(copy.state.last_seq).toBeGreaterThanOrEqual(1500);
  expect(copy.config).toMatchObject({ name: 'LOG-1', max_age: keepMs * 1_000_000, deny_purge: true });
});

test('on a new server it is the same log: sequences, chains, and the fence; and nothing of it ages out at once', async () => {
  // All of the old one are too old by now.
  const allGone = async (): Promise<void> => expect((await (await jetstreamManager(old)).streams.info('LOG-1')).state.messages).toBe(0);
  await eventually(allGone, { timeoutMs: 5 * keepMs });
  const connection = await server();
  await restoreStream(connection, copy, { replicas: 1, olderByMs: 3_600_000 }, given(pieces));
  expect(await existingStreams(connection)).toEqual([1]);
  expect(await oldestExpected(connection, 1, shard)).toBe(0);
  expect(await oldestExpected(connection, 1, 3)).toBeUndefined();
  const log = await openOn(connection);
  const last = copy.state.last_seq;
  expect(await walk(log, last)).toEqual({ records: last, last });
  expect(await log.tryAppend(shard, last - 1, recordOf('late'), 5000)).toEqual({ kind: 'wrong-last', last });
  expect(await log.tryAppend(shard, last, recordOf('next'), 5000)).toEqual({ kind: 'stored', sequence: last + 1 });
  const { config } = await (await jetstreamManager(connection)).streams.info('LOG-1');
  expect(config).toMatchObject({ deny_purge: true, deny_delete: true, allow_direct: true, max_age: (3_600_000 + keepMs) * 1_000_000 });
  await expect(restoreStream(connection, copy, { replicas: 1, olderByMs: 0 }, given(pieces))).rejects.toThrow('already in use');
  await log.close();
});

test('a copy that lacks something makes no log, and what there is of it can be taken away', async () => {
  const connection = await server();
  const torn = pieces.slice(0, -2);
  await expect(restoreStream(connection, copy, { replicas: 1, olderByMs: 3_600_000 }, given(torn))).rejects.toThrow('LOG-1');
  await removeStream(connection, 1);
  expect(await existingStreams(connection)).toEqual([]);
});

test('a copy of one server becomes a log on three', async () => {
  const connection = await server(3);
  await restoreStream(connection, copy, { replicas: 3, olderByMs: 3_600_000 }, given(pieces));
  const log = await openOn(connection, 3);
  expect(await walk(log, copy.state.last_seq)).toMatchObject({ records: copy.state.last_seq });
  await log.close();
});
