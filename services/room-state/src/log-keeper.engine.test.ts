import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { StreamShare } from '@plaza/bus';
import { NatsPeers } from '@plaza/bus/nats';
import { natsConfig, readConfig, systemClock } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { StreamReaders, type Log } from '@plaza/log';
import { JetStreamKeeping, JetStreamLog } from '@plaza/log/nats';
import { eventually, quietLogger } from '@plaza/testkit';
import { startNats, type NatsEngine } from '@plaza/testkit/engines';
import { LogKeeper } from './log-keeper.js';
import { MemorySnapshotStorage, MemorySnapshotStore } from './snapshot-store.memory.js';

const size = { shards: 6, streams: 3 };
const keepMs = 3000;
const logger = quietLogger();
const clock = systemClock;

let engine: NatsEngine;
let connection: Awaited<ReturnType<typeof connectNats>>;
let log: Log;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  engine = await startNats();
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engine.urls.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  connection = await connectNats(read.config, 'test');
  log = await JetStreamLog.open({ connection, ...size, replicas: 1, maxBytes: 64 * 1024 * 1024, maxAgeMs: keepMs });
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await log.close();
  await connection.close();
  await engine.stop();
});

async function append(shard: number, count: number, after = 0): Promise<number[]> {
  const sequences: number[] = [];
  for (let i = 0; i < count; i++) {
    const answer = await log.tryAppend(shard, sequences.at(-1) ?? after, new Uint8Array(10), 2000);
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
    sequences.push(answer.sequence);
  }
  return sequences;
}

const sequencesOf = async (shard: number): Promise<number[]> => (await log.read(shard, 0, 100)).map(({ sequence }) => sequence);
async function ageOf(stream: number): Promise<number> {
  const { config } = (await connection.request(`$JS.API.STREAM.INFO.LOG-${stream}`)).json<{ config: { max_age: number } }>();
  return config.max_age / 1_000_000;
}

/** A reader of stream 0 whose store is away until told otherwise, as a process with its beats. */
function laggingReader() {
  const peers = new NatsPeers([connection], logger);
  const handled: number[] = [];
  const store = { away: true };
  const readers = new StreamReaders(
    { log, clock, logger },
    {
      from: () => Promise.resolve(1),
      handle(stream, records) {
        if (stream === 0 && store.away) return Promise.reject(new Error('the store is away'));
        if (stream === 0) handled.push(...records.map(({ sequence }) => sequence));
        return Promise.resolve('done');
      },
      on: () => undefined,
    },
  );
  const share = new StreamShare({ peers, clock, kind: 'history', id: 'h', address: '', streams: 3, read: () => readers.states() });
  share.start((streams) => readers.assign(streams));
  closing.push(
    () => peers.close(),
    () => readers.stop(),
    () => share.stop(),
  );
  return { handled, store, readers };
}

function keeper(snapshots: MemorySnapshotStorage): void {
  const peers = new NatsPeers([connection], logger);
  const one = new LogKeeper({
    keeping: new JetStreamKeeping(connection, size),
    snapshots: new MemorySnapshotStore(snapshots),
    peers,
    clock,
    logger,
    metrics: { logStream: () => undefined },
    owns: () => true,
    keepMs,
    readers: ['history'],
    lookMs: 100,
  });
  one.start();
  closing.push(
    () => peers.close(),
    () => one.stop(),
  );
}

test('records that a reader or a snapshot needs outlive the age of the stream, and go when they are read; with two keepers at once', async () => {
  const snapshots = new MemorySnapshotStorage();
  const { handled, store, readers } = laggingReader();
  for (let i = 0; i < 2; i++) keeper(snapshots);
  const snapshot = (shard: number, sequence: number): void => {
    snapshots.shard(shard).manifests = [{ id: String(sequence), sequence, chunks: 0, takenMs: 0 }];
  };
  const [unread, unsaved] = [await append(0, 5), await append(1, 3)];
  snapshot(0, unread.at(-1)!);
  snapshot(1, unsaved[0]!);

  // Stream 2 shows that time goes by: what nobody needs goes at its age, twice over.
  for (const shard of [2, 5]) {
    const free = await append(shard, 2);
    snapshot(shard, free.at(-1)!);
    await eventually(async () => expect(await sequencesOf(shard)).toEqual([]), { timeoutMs: 20_000 });
  }
  expect(await sequencesOf(0)).toEqual(unread);
  expect(await sequencesOf(1)).toEqual(expect.arrayContaining(unsaved.slice(1)));
  for (const stream of [0, 1]) expect(await ageOf(stream)).toBeGreaterThan(keepMs);

  store.away = false;
  snapshot(1, unsaved.at(-1)!);
  await eventually(() => expect(handled).toEqual(unread));
  expect(readers.state(0)).toMatchObject({ holes: 0, broken: undefined });
  await eventually(async () => {
    for (const shard of [0, 1]) expect(await sequencesOf(shard)).toEqual([]);
    for (const stream of [0, 1]) expect(await ageOf(stream)).toBe(keepMs);
  });
}, 60_000);
