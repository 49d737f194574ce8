import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GrpcMetricsReader } from '@plaza/bus/grpc';
import { parseRoomId, positionAt, shardOf, Sketch } from '@plaza/domain';
import { cassandraConfig, grpcConfig, natsConfig, readConfig, redisConfig } from '@plaza/kit';
import { createCassandra, prepareKeyspace } from '@plaza/kit/cassandra';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import { connectRedis } from '@plaza/kit/redis';
import { JetStreamLog } from '@plaza/log/nats';
import { Event } from '@plaza/proto/client';
import { Record as LogRecord } from '@plaza/proto/log';
import { eventually, temporaryFolder } from '@plaza/testkit';
import { ServiceProcess } from '@plaza/testkit/cluster';
import {
  freshKeyspace,
  startCassandra,
  startNats,
  startRedis,
  type CassandraEngine,
  type NatsEngine,
  type RedisEngine,
} from '@plaza/testkit/engines';
import { archiveTables, CassandraArchive } from './archive.cassandra.js';
import { metrics, type Figures } from './counters.js';
import { recount, type Truth } from './testing/recount.js';

const timeZone = 'Asia/Kolkata';
const zoneMs = 5.5 * 3_600_000;
const hourMs = 3_600_000;
const shards = 16;
const streams = 4;
const rooms = Array.from({ length: 24 }, (_, i) => `room-${i}`);
const rounds = 30;
const recordsARound = 30;

let nats: NatsEngine;
let redis: RedisEngine;
let cassandra: CassandraEngine;
beforeAll(async () => {
  [nats, redis, cassandra] = [await startNats(), await startRedis(), await startCassandra()];
});
afterAll(async () => {
  await Promise.all([nats.stop(), redis.stop(), cassandra.stop()]);
});

/** The same numbers at each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Writes records of the last thirty hours: in the first room a crowd, in the others some. */
class Writer {
  readonly activeIn = new Map<string, readonly string[]>();
  readonly #next = numbers(7);
  readonly #last = new Map<number, number>();
  #written = 0;

  constructor(
    readonly log: JetStreamLog,
    private readonly startMs: number,
    private readonly endMs: number,
  ) {}

  async round(): Promise<void> {
    for (let i = 0; i < recordsARound; i++) await this.#write();
  }

  async #write(): Promise<void> {
    const atMs = this.startMs + Math.floor(((this.endMs - this.startMs) * this.#written) / (rounds * recordsARound));
    const hot = this.#written % 6 === 0;
    const room = hot ? rooms[0]! : rooms[this.#next(rooms.length)]!;
    const id = `record-${this.#written++}`;
    const accounts = Array.from({ length: hot ? 400 : this.#next(5) }, () => `account-${this.#next(hot ? 40_000 : 60)}`);
    const sketch = new Sketch();
    for (const account of accounts) sketch.add(account);
    // The sender of a message counts also where no tally has it.
    const senders = Array.from({ length: this.#next(5) }, () => `sender-${this.#next(50)}`);
    const events = senders.map((account, n) => ({ position: positionAt(atMs) + n, event: messageOf(account) }));
    const tally = accounts.length === 0 ? {} : { tally: { enters: accounts.length + this.#next(3), sketch: sketch.encode() } };
    const bytes = LogRecord.encode(LogRecord.fromPartial({ id, timeMs: atMs, batches: [{ room, events, ...tally }] })).finish();
    const shard = shardOf(parseRoomId(room)!, shards);
    const answer = await this.log.tryAppend(shard, this.#last.get(shard) ?? 0, bytes, 5000);
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
    this.#last.set(shard, answer.sequence);
    this.activeIn.set(id, accounts);
  }
}

const messageOf = (account: string): Uint8Array =>
  Event.encode(Event.fromPartial({ kind: { $case: 'message', value: { account } } })).finish();

/** Of few accounts two may share a register. */
const near = (estimate: number, truth: number): boolean => Math.abs(estimate - truth) <= Math.max(0.03 * truth, 1);
const same = ({ messages, entries, active }: Figures, truth: Truth): boolean =>
  messages === truth.messages && entries === truth.entries && near(active, truth.accounts.size);
const valueOf = (truth: Truth, metric: (typeof metrics)[number]): number => (metric === 'active' ? truth.accounts.size : truth[metric]);

test('figures are what a recount of the log comes to, in Redis and in Cassandra, whatever is killed, stopped, lost or set back meanwhile', async () => {
  const keyspace = freshKeyspace();
  const variables = {
    PLAZA_NATS_SERVERS: nats.urls.join(),
    PLAZA_REDIS_URL: redis.url,
    PLAZA_CASSANDRA_HOSTS: cassandra.hosts.join(),
    PLAZA_CASSANDRA_KEYSPACE: keyspace,
    PLAZA_LOG_MAX_BYTES: '67108864',
  };
  const read = readConfig({ ...natsConfig, ...redisConfig, ...cassandraConfig, ...grpcConfig }, variables);
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const { config } = read;
  await prepareKeyspace(config, archiveTables(30));
  const client = createCassandra(config);
  await client.connect();
  const archive = new CassandraArchive(client);
  const command = connectRedis(config, () => undefined);
  await command.connect();
  const connection = await connectNats(config, 'test');
  const log = await JetStreamLog.open({ connection, shards, streams, replicas: 1, maxBytes: 67_108_864 });
  const nowMs = Date.now();
  const writer = new Writer(log, nowMs - 30 * hourMs, nowMs);

  const folder = temporaryFolder();
  const guard = { keep: () => undefined, forget: () => undefined };
  const env = async (port: number): Promise<Record<string, string>> => ({
    ...variables,
    PLAZA_LOG_LEVEL: 'warn',
    PLAZA_SHARDS: String(shards),
    PLAZA_STREAMS: String(streams),
    PLAZA_METRICS_TIME_ZONE: timeZone,
    PLAZA_GRPC_PORT: String(port),
  });
  const spec = (id: string) => ({ kind: 'metrics' as const, id, env, folder, logFolder: folder, guard });
  const [one, two] = await Promise.all([ServiceProcess.start(spec('metrics-1')), ServiceProcess.start(spec('metrics-2'))]);
  const restart = async (service: ServiceProcess): Promise<void> => {
    await service.kill();
    await service.start();
  };
  const redisBack = (): Promise<unknown> => eventually(() => command.ping());
  const faults = new Map<number, () => Promise<unknown>>([
    [3, () => restart(one)],
    [5, () => two.kill('SIGSTOP')],
    [8, () => two.kill('SIGCONT')],
    [9, () => redis.kill().then(() => redis.start())],
    // What comes now is not written down: Redis goes back to here when it is killed.
    [
      12,
      async () => {
        await redisBack();
        await command.set('kept', 1);
        await command.config('SET', 'appendonly', 'no');
        await command.set('lost', 1);
      },
    ],
    [
      15,
      async () => {
        await redis.kill();
        await redis.start();
        await redisBack();
        expect(await command.mget('kept', 'lost')).toEqual(['1', null]);
      },
    ],
    [17, () => one.kill()],
    [18, () => restart(two)],
    [19, () => one.start()],
    [21, () => redisBack().then(() => command.flushall())],
    [24, () => Promise.all([one.kill(), two.kill(), redis.kill()])],
    [25, () => redis.start().then(() => Promise.all([one.start(), two.start()]))],
    [27, () => redisBack().then(() => command.flushall())],
  ]);

  const reader = new GrpcMetricsReader(`127.0.0.1:${two.port}`, grpcChannelCredentials(config), 10_000);
  try {
    for (let round = 0; round < rounds; round++) {
      await writer.round();
      await faults.get(round)?.();
    }
    const truth = await recount(log, zoneMs, writer.activeIn);
    expect(truth.size).toBeGreaterThanOrEqual(30);
    const periods = [...truth].map(([name, ofRooms]) => {
      const [kind, startMs] = name.split(' ');
      return { kind: kind as 'hour' | 'day', startMs: Number(startMs), ofRooms };
    });
    await eventually(
      async () => {
        for (const { kind, startMs, ofRooms } of periods) {
          for (const metric of metrics) {
            const page = await reader.topRooms({ metric, period: kind, atMs: startMs, limit: 500 });
            expect(page.periodStartMs).toBe(startMs);
            const expected = [...ofRooms].filter(([, one]) => valueOf(one, metric) > 0).map(([room]) => room);
            expect(page.rooms.map(({ room }) => room).sort()).toEqual(expected.sort());
            for (const figures of page.rooms) expect([figures, same(figures, ofRooms.get(figures.room)!)]).toEqual([figures, true]);
            const order = page.rooms.map((figures) => figures[metric]);
            expect(order).toEqual([...order].sort((a, b) => b - a));
          }
        }
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
    for (const room of rooms) {
      for (const kind of ['hour', 'day'] as const) {
        const { points } = await reader.readFigures({ room, period: kind, fromMs: nowMs - 31 * hourMs, toMs: nowMs + 1 });
        const expected = periods.filter((period) => period.kind === kind && period.ofRooms.has(room));
        expect(points.map(({ startMs }) => startMs)).toEqual(expected.map(({ startMs }) => startMs).sort((a, b) => a - b));
      }
    }
    // What is over is in the archive, the same.
    await eventually(
      async () => {
        for (const { kind, startMs, ofRooms } of periods) {
          if (startMs + (kind === 'day' ? 24 : 1) * hourMs + 60_000 > Date.now()) continue;
          const lists = [...(await archive.tops({ kind, startMs }, 'entries')).values()].flatMap(({ figures }) => figures);
          const expected = [...ofRooms].filter(([, one]) => one.entries > 0);
          expect(lists.map(({ room }) => room).sort()).toEqual(expected.map(([room]) => room).sort());
          for (const figures of lists) expect([figures, same(figures, ofRooms.get(figures.room)!)]).toEqual([figures, true]);
          for (const [room, one] of ofRooms) {
            const copy = (await archive.series(room, kind, startMs, startMs + 1)).get(startMs);
            expect([room, copy, copy !== undefined && same(copy.figures, one)]).toEqual([room, copy, true]);
          }
        }
      },
      { timeoutMs: 120_000, everyMs: 1000 },
    );
  } finally {
    await two.kill('SIGCONT');
    await Promise.all([one.kill(), two.kill()]);
    reader.close();
    command.disconnect();
    await log.close();
    await connection.close();
    await archive.close();
  }
}, 420_000);
