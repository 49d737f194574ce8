import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { natsConfig, readConfig, systemClock } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { Record } from '@plaza/proto/log';
import { eventually, quietLogger } from '@plaza/testkit';
import { startNats, type NatsEngine } from '@plaza/testkit/engines';
import { Appender } from './appender.js';
import { Chains } from './chain.js';
import { JetStreamLog } from './log.nats.js';
import type { Log, StoredRecord } from './log.js';

const shard = 0;
const size = { shards: 1, streams: 1, replicas: 3, maxBytes: 64 * 1024 * 1024, openMs: 30_000, logger: quietLogger() };

let engine: NatsEngine;
const connections: NatsConnection[] = [];

async function connection(): Promise<NatsConnection> {
  const read = readConfig(natsConfig, { PLAZA_NATS_SERVERS: engine.urls.join() });
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const made = await connectNats(read.config, 'test');
  connections.push(made);
  return made;
}

beforeAll(async () => {
  engine = await startNats({ servers: 3 });
});
afterAll(async () => {
  await Promise.all(connections.map((made) => made.close()));
  await engine.stop();
});

/** A holder that claims the shard and appends until it is stopped; when it is fenced off, it claims again. */
class Holder {
  readonly acknowledged = new Map<string, number>();
  fenced = 0;
  #stopped = false;

  constructor(
    private readonly name: string,
    private readonly log: Log,
  ) {}

  stop(): void {
    this.#stopped = true;
  }

  async run(turn: () => Promise<void>): Promise<void> {
    const appender = new Appender(this.log, { clock: systemClock });
    const signal = new AbortController().signal;
    for (let made = 0; !this.#stopped; this.fenced++) {
      const claim = await appender.claim(shard, this.name, '', signal);
      if (!('epoch' in claim)) throw new Error('nobody aborts');
      let last = claim.epoch;
      while (!this.#stopped) {
        const id = `${this.name}-${made++}`;
        const bytes = Record.encode(Record.fromPartial({ id, epoch: claim.epoch })).finish();
        const outcome = await appender.append(shard, last, id, bytes, signal);
        if (!('stored' in outcome)) break;
        this.acknowledged.set(id, outcome.stored);
        last = outcome.stored;
        if (made % 50 === 0) await turn();
      }
    }
  }
}

async function readAll(log: Log, upTo: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  while ((records.at(-1)?.sequence ?? 0) < upTo)
    records.push(...(await eventually(() => log.read(shard, (records.at(-1)?.sequence ?? 0) + 1, 1000))));
  return records;
}

function check(records: readonly StoredRecord[], holders: readonly Holder[]): void {
  const chains = new Chains();
  const seen = new Map<string, number>();
  let epoch = 0;
  expect(records[0]?.expected).toBe(0);
  for (const stored of records) {
    chains.check(stored);
    const record = Record.decode(stored.bytes);
    expect(seen.has(record.id)).toBe(false);
    seen.set(record.id, stored.sequence);
    if (record.claim !== undefined) epoch = stored.sequence;
    else expect(record.epoch).toBe(epoch);
  }
  for (const { acknowledged } of holders) for (const [id, sequence] of acknowledged) expect([id, seen.get(id)]).toEqual([id, sequence]);
}

describe('a log of three servers', () => {
  test('keeps every acknowledged record once, in one chain, when the leader is killed under two writers', async () => {
    const logs = await Promise.all(
      [connection(), connection(), connection()].map(async (made) => JetStreamLog.open({ connection: await made, ...size })),
    );
    const [logA, logB, reader] = logs as [JetStreamLog, JetStreamLog, JetStreamLog];
    const holders = [new Holder('a', logA), new Holder('b', logB)];
    const count = (): number => holders.reduce((sum, holder) => sum + holder.acknowledged.size, 0);
    const followed: StoredRecord[] = [];
    const stopFollowing = new AbortController();
    const following = (async () => {
      for await (const record of reader.follow(0, 0, stopFollowing.signal)) followed.push(record);
    })();
    // A fenced holder claims back at once; breaths between appends let its claim through, for a busy holder is always a record ahead.
    const breath = (): Promise<void> => new Promise((resolve) => systemClock.after(10, resolve));
    const running = holders.map((holder) => holder.run(breath));
    await eventually(() => expect(count()).toBeGreaterThan(200));

    const manager = await jetstreamManager(await connection());
    const leader = (await manager.streams.info('LOG-0')).cluster?.leader;
    const victim = engine.servers.find((server) => server.name === leader)!;
    const before = count();
    await victim.kill('SIGKILL');
    await eventually(() => expect(count()).toBeGreaterThan(before + 300), { timeoutMs: 60_000 });
    await victim.start();
    const back = count();
    await eventually(() => expect(count()).toBeGreaterThan(back + 200), { timeoutMs: 60_000 });

    for (const holder of holders) holder.stop();
    await Promise.all(running);
    const newest = Math.max(...holders.flatMap((holder) => [...holder.acknowledged.values()]));
    check(await readAll(reader, newest), holders);
    for (const holder of holders) expect(holder.fenced).toBeGreaterThan(1);
    await eventually(() => expect(followed.at(-1)?.sequence).toBeGreaterThanOrEqual(newest), { timeoutMs: 30_000 });
    stopFollowing.abort();
    await following;
    check(followed, holders);
  });
});
