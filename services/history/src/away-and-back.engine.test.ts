import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import { GrpcHistoryReader } from '@plaza/bus/grpc';
import { parseRoomId, positionAt, shardOf } from '@plaza/domain';
import { readConfig, type ConfigOf } from '@plaza/kit';
import { grpcChannelCredentials } from '@plaza/kit/grpc';
import { connectNats } from '@plaza/kit/nats';
import type { Log } from '@plaza/log';
import { JetStreamLog } from '@plaza/log/nats';
import { Event, ReadHistory } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventually, freePort } from '@plaza/testkit';
import { freshKeyspace, startNats, startOwnCassandra, type NatsEngine, type OwnCassandra } from '@plaza/testkit/engines';
import { composeHistory } from './compose.js';
import { historyTable } from './config.js';

const engineMs = 480_000;
const messagesARecord = 5;
const bucketRows = 1000;
const recordsAPhase = 200;
/** Between two records: some dozens a second, so that the machine has something left for Cassandra, which starts again meanwhile. */
const pauseMs = 15;

let nats: NatsEngine;
let cassandra: OwnCassandra;
beforeAll(async () => {
  [nats, cassandra] = await Promise.all([startNats(), startOwnCassandra()]);
}, engineMs);
afterAll(async () => {
  await nats.stop();
  await cassandra.stop();
});

async function settings(): Promise<ConfigOf<typeof historyTable>> {
  const read = readConfig(historyTable, {
    PLAZA_LOG_LEVEL: 'silent',
    PLAZA_GRPC_PORT: String(await freePort()),
    PLAZA_PROBE_PORT: String(await freePort()),
    PLAZA_NATS_SERVERS: nats.urls.join(),
    PLAZA_CASSANDRA_HOSTS: cassandra.hosts.join(),
    PLAZA_CASSANDRA_KEYSPACE: freshKeyspace(),
    PLAZA_LOG_MAX_BYTES: '67108864',
  });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  return read.config;
}

/** The holder of one room, as far as the log sees it: five messages a record, one record after the other. */
class Talker {
  readonly said: number[] = [];
  readonly #shard: number;
  #sequence = 0;
  #bucket = 0;
  #talks = true;

  constructor(
    private readonly log: Log,
    readonly room: string,
  ) {
    this.#shard = shardOf(parseRoomId(room)!, log.shards);
  }

  get head(): { head: number; headSequence: number } {
    return { head: this.said.at(-1) ?? 0, headSequence: this.#sequence };
  }

  async talk(): Promise<void> {
    while (this.#talks) {
      await this.#record();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  stop(): void {
    this.#talks = false;
  }

  /** Resolves when so many more records are in the log. */
  async talksOn(): Promise<void> {
    const until = this.said.length + recordsAPhase * messagesARecord;
    await eventually(() => expect(this.said.length).toBeGreaterThan(until), { timeoutMs: 60_000 });
  }

  async #record(): Promise<void> {
    const prev = this.said.at(-1) ?? 0;
    const first = Math.max(prev + 1, positionAt(Date.now()));
    const positions = Array.from({ length: messagesARecord }, (_, i) => first + i);
    const events = positions.map((position) => {
      const event = Event.fromPartial({ position, kind: { $case: 'message', value: { account: `a${position % 7}` } } });
      return { position, stored: true, event: Event.encode(event).finish() };
    });
    if (this.said.length % bucketRows === 0) this.#bucket = first;
    const batch = { room: this.room, bucket: this.#bucket, prev, last: positions.at(-1)!, previousSequence: this.#sequence, events };
    const bytes = Record.encode(Record.fromPartial({ timeMs: Date.now(), batches: [batch] })).finish();
    const answer = await this.log.tryAppend(this.#shard, this.#sequence, bytes, 5000);
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
    this.#sequence = answer.sequence;
    this.said.push(...positions);
  }
}

test(
  'Cassandra is killed under load: the log grows on, pages come from it, and everything is stored once when Cassandra is back',
  async () => {
    const config = await settings();
    const { service } = await composeHistory(config);
    const connection = await connectNats(config, 'test');
    const { shards, streams, natsReplicas: replicas, logMaxBytes: maxBytes } = config;
    const log = await JetStreamLog.open({ connection, shards, streams, replicas, maxBytes });
    const reader = new GrpcHistoryReader(`127.0.0.1:${config.grpcPort}`, grpcChannelCredentials(config));
    const talker = new Talker(log, 'lobby');
    const page = (asked: Partial<ReadHistory>) =>
      reader.read({ room: 'lobby', page: ReadHistory.fromPartial(asked), ...talker.head, viewer: undefined });
    const all = async (): Promise<number[]> => {
      const found: number[] = [];
      for (let after = 0; ; after = found.at(-1)!) {
        const { events, more } = await reader.read({
          ...{ room: 'lobby', page: ReadHistory.fromPartial({ after, limit: 200 }), head: 0, headSequence: 0, viewer: undefined },
        });
        found.push(...events.map(({ position }) => position));
        if (!more) return found;
      }
    };
    let talking = Promise.resolve();
    try {
      await service.start();
      talking = talker.talk();
      await talker.talksOn();
      await eventually(async () => expect(await all()).not.toEqual([]), { timeoutMs: 30_000 });
      await cassandra.kill('SIGKILL');
      await talker.talksOn();
      const newest = await page({ limit: 50 });
      expect(newest.events).toHaveLength(50);
      expect(talker.said).toEqual(expect.arrayContaining(newest.events.map(({ position }) => position)));
      expect(newest.upTo).toBe(newest.events.at(-1)!.position);
      await expect(page({ before: talker.said[20]!, limit: 50 })).rejects.toBeInstanceOf(ReaderUnavailable);
      // It reads its commit log first, on a busy machine for longer than one start may take.
      await eventually(() => cassandra.start(), { timeoutMs: 200_000 });
      await talker.talksOn();
      talker.stop();
      await talking;
      await eventually(async () => expect(await all()).toEqual(talker.said), { timeoutMs: 60_000 });
    } finally {
      talker.stop();
      await talking.catch(() => undefined);
      await service.drain();
      await service.stop();
      reader.close();
      await log.close();
      await connection.close();
    }
  },
  engineMs,
);
