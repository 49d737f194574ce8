import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CommandRouter, ShardTable, type CommandOutcome } from '@plaza/bus';
import { GrpcRoomGateway } from '@plaza/bus/grpc';
import { NatsPeers } from '@plaza/bus/nats';
import { shardOf, streamOf, type Command, type RoomId } from '@plaza/domain';
import { readConfig, systemClock, type Service } from '@plaza/kit';
import { createCassandra } from '@plaza/kit/cassandra';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import { connectRedis } from '@plaza/kit/redis';
import { Chains, type Log } from '@plaza/log';
import { JetStreamKeeping, JetStreamLog } from '@plaza/log/nats';
import { Event, Reply } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { encodeCommand } from '@plaza/protocol';
import { eventually, quietLogger } from '@plaza/testkit';
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
import { roomStateTable, type RoomStateConfig } from './config.js';
import { CassandraSnapshotStore } from './snapshot-store.cassandra.js';
import { textOf } from './testing/ear.js';
import { commandOf, factsOf, message, resultOf } from './testing/test-asker.js';

const shards = 16;
const streams = 2;
const rooms = Array.from({ length: 40 }, (_, i) => `room-${i}`);
const keyspace = freshKeyspace();

let nats: NatsEngine;
let redis: RedisEngine;
let cassandra: CassandraEngine;
let log: Log;
let router: CommandRouter;
const services = new Map<string, Service>();
const closing: (() => unknown)[] = [];

const configOf = (id: string): RoomStateConfig => {
  const env = {
    PLAZA_ID: id,
    PLAZA_LOG_LEVEL: process.env['PLAZA_TEST_LOG'] ?? 'silent',
    PLAZA_SHARDS: String(shards),
    PLAZA_STREAMS: String(streams),
    PLAZA_NATS_SERVERS: nats.urls.join(','),
    PLAZA_REDIS_URL: redis.url,
    PLAZA_CASSANDRA_HOSTS: cassandra.hosts.join(','),
    PLAZA_CASSANDRA_KEYSPACE: keyspace,
    PLAZA_SETTLE_MS: '300',
    PLAZA_SNAPSHOT_MS: '1000',
  };
  const read = readConfig(roomStateTable, env);
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  return read.config;
};

async function startService(id: string): Promise<void> {
  const { service } = await composeRoomState(configOf(id));
  services.set(id, service);
  await service.start();
}

beforeAll(async () => {
  [nats, redis, cassandra] = await Promise.all([startNats(), startRedis(), startCassandra()]);
  await startService('one');
  await startService('two');
  const config = configOf('asker');
  const connection = await connectNats(config, 'asker');
  log = await JetStreamLog.open({ connection, shards, streams, replicas: 1 });
  const peers = new NatsPeers([connection], quietLogger());
  const table = new ShardTable();
  peers.onBeat((beat) => table.apply(beat, Date.now()));
  const gateway = new GrpcRoomGateway({ credentials: grpcChannelCredentials(config) });
  const factsOfSession = (session: number) => factsOf(session, rooms[session - 1]!, 'ann', { enteredMs: 1 });
  const limits = { unansweredPerShard: 10_000, giveUpMs: 30_000 };
  router = new CommandRouter({
    shards,
    table,
    gateway,
    peers,
    asker: 'edge-1',
    clock: systemClock,
    factsOf: factsOfSession,
    onEnded: () => undefined,
    onDelivery: () => undefined,
    limits,
  });
  closing.push(
    () => router.close(),
    () => peers.close(),
    () => log.close(),
    () => connection.close(),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
  for (const service of services.values()) await service.stop();
  await Promise.all([nats.stop(), redis.stop(), cassandra.stop()]);
});

async function submit(room: string, command: Command, session = 0, commandId = ''): Promise<Reply> {
  const facts = command.$case === 'join' ? { facts: factsOf(session, room, 'ann', { enteredMs: Date.now() }) } : {};
  const outcome: CommandOutcome = await router.submit({ room, session, commandId, ...encodeCommand(command), ...facts });
  if ('unavailable' in outcome) throw new Error(`unavailable: ${outcome.why}`);
  return Reply.decode(outcome.reply);
}

/** Texts of a room in the order of the log; every shard's chain is proved on the way. */
async function logged(room: string): Promise<string[]> {
  const texts: string[] = [];
  const chains = new Chains();
  for (let shard = 0; shard < shards; shard++) {
    let page = await log.read(shard, 1, 1000);
    while (page.length > 0) {
      for (const record of page) {
        chains.check(record);
        const batches = LogRecord.decode(record.bytes).batches.filter((batch) => batch.room === room);
        texts.push(...batches.flatMap(({ events }) => events.flatMap(({ event }) => textOf(Event.decode(event)))));
      }
      page = await log.read(shard, page.at(-1)!.sequence + 1, 1000);
    }
  }
  return texts;
}

/** Sends to every room in turn while `happening` goes on; every send has to be accepted. */
async function talkDuring(name: string, happening: () => Promise<unknown>): Promise<Map<string, string[]>> {
  const said = new Map(rooms.map((room) => [room, [] as string[]]));
  const sent: Promise<unknown>[] = [];
  const happened = happening();
  for (let i = 0; i < 2000; i++) {
    const room = rooms[i % rooms.length]!;
    const text = `${name}-${i}`;
    said.get(room)!.push(text);
    sent.push(submit(room, message(text), (i % rooms.length) + 1, text).then((reply) => resultOf(reply, 'accepted')));
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await happened;
  await Promise.all(sent);
  return said;
}

async function expectSaid(said: Map<string, string[]>, name: string): Promise<void> {
  for (const room of rooms.slice(0, 8)) expect((await logged(room)).filter((text) => text.startsWith(`${name}-`))).toEqual(said.get(room));
}

test('two processes share the shards, and rooms work through either', async () => {
  for (const room of rooms) resultOf(await submit(room, commandOf({ createRoom: { creator: 'owner' } })), 'done');
  const join = commandOf({ join: {} });
  for (const [i, room] of rooms.entries()) resultOf(await submit(room, join, i + 1), 'joined');
  await expectSaid(await talkDuring('plain', () => Promise.resolve()), 'plain');
});

test('a planned hand-over under traffic loses and doubles nothing, and keeps the order of each room', async () => {
  const said = await talkDuring('drain', async () => {
    await services.get('one')!.drain();
    await services.get('one')!.stop();
    services.delete('one');
  });
  await expectSaid(said, 'drain');
});

test('a holder that vanishes under traffic loses and doubles nothing; its shards serve elsewhere', async () => {
  await startService('three');
  const said = await talkDuring('vanish', async () => {
    await services.get('two')!.stop();
    services.delete('two');
  });
  await expectSaid(said, 'vanish');
});

async function dieAndLoseProjection(id: string): Promise<void> {
  const connection = connectRedis({ redisUrl: redis.url, redisTlsCa: undefined }, () => undefined);
  await connection.connect();
  await services.get(id)!.stop();
  services.delete(id);
  await connection.flushall();
  connection.disconnect();
}

test('after a FLUSHALL and a death all rooms come back', async () => {
  await dieAndLoseProjection('three');
  await startService('four');
  await eventually(async () => {
    for (const room of rooms) expect(resultOf(await submit(room, { $case: 'getRoom', value: {} }), 'roomInfo').creator).toBe('owner');
  });
});

/** The sequence of a shard's newest record. */
async function newestOf(shard: number, from = 1): Promise<number> {
  const page = await log.read(shard, from, 1000);
  const last = page.at(-1)?.sequence;
  return last === undefined ? from - 1 : newestOf(shard, last + 1);
}

/** Lets the log forget what the snapshots of all shards have, of each stream up to the oldest of them, as soon as they have everything that there is now. */
async function ageOutWhatIsSaved(): Promise<void> {
  const config = configOf('keeper');
  const [client, connection] = [createCassandra(config), await connectNats(config, 'keeper')];
  const store = new CassandraSnapshotStore(client, systemClock);
  try {
    const busy = [...new Set(rooms.map((room) => shardOf(room as RoomId, shards)))];
    const newest = await Promise.all(busy.map((shard) => newestOf(shard)));
    const saved = async (shard: number): Promise<number> => (await store.newest(shard))?.sequence ?? 0;
    await eventually(
      async () => {
        for (const [i, shard] of busy.entries()) expect(await saved(shard)).toBeGreaterThanOrEqual(newest[i]!);
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    const keeping = new JetStreamKeeping(connection, { shards, streams });
    for (let stream = 0; stream < streams; stream++) {
      const of = busy.filter((shard) => streamOf(shard, streams) === stream);
      const first = Math.min(...(await Promise.all(of.map(saved))));
      const keepFor = async (ageMs: number): Promise<void> => {
        const { config } = (await connection.request(`$JS.API.STREAM.INFO.LOG-${stream}`)).json<{ config: object }>();
        const age = Math.round(ageMs) * 1_000_000;
        const wanted = JSON.stringify({ ...config, max_age: age, duplicate_window: age });
        expect((await connection.request(`$JS.API.STREAM.UPDATE.LOG-${stream}`, wanted)).json()).not.toHaveProperty('error');
      };
      const [{ nowMs }, writtenMs] = [await keeping.moment(stream), await keeping.writtenAfter(stream, first - 1)];
      await keepFor(nowMs - writtenMs! + 500);
      await eventually(async () => expect((await keeping.writtenAfter(stream, 0))!).toBeGreaterThan(writtenMs! - 2000));
      await keepFor(3_600_000);
    }
  } finally {
    await store.close();
    await client.shutdown();
    await connection.close();
  }
}

test('also where the log has forgotten what was before their snapshots', async () => {
  for (const room of rooms) resultOf(await submit(room, commandOf({ muteMember: { account: 'early' } })), 'done');
  await ageOutWhatIsSaved();
  for (const room of rooms) resultOf(await submit(room, commandOf({ muteMember: { account: 'late' } })), 'done');
  await dieAndLoseProjection('four');
  await startService('five');
  const muted = commandOf({ listMembers: { list: 'MEMBER_LIST_MUTED' } });
  for (const room of rooms) {
    const { members } = resultOf(await submit(room, muted), 'memberPage');
    expect(members.map(({ account }) => account).sort()).toEqual(['early', 'late']);
  }
}, 120_000);
