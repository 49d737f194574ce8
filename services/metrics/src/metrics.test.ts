import { afterEach, describe, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import { MemoryBus, MemoryPeers } from '@plaza/bus/memory';
import { parseRoomId, positionAt, shardOf } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { createMetrics, type Metrics } from './compose.js';
import { MemoryCounters, MemoryCountersStorage } from './counters.memory.js';
import { BadAsk } from './handlers/top-rooms.js';

const size = { shards: 8, streams: 4 };
const hour = 3_600_000;

/** Metrics services over one log and one set of counters, with a writer of records. */
class Bench {
  readonly clock = new FakeClock();
  readonly logs = new MemoryLogStorage(size);
  readonly storage = new MemoryCountersStorage();
  readonly bus = new MemoryBus();
  readonly services: Metrics[] = [];
  readonly #last = new Map<number, number>();

  async service(id: string): Promise<Metrics> {
    const parts = {
      log: new MemoryLog(this.logs),
      counters: new MemoryCounters(this.storage),
      peers: new MemoryPeers(this.bus),
      clock: this.clock,
      logger: quietLogger(),
      registry: new Registry(),
    };
    const service = createMetrics({ id, retentionDays: 40, grpcAddress: undefined }, parts);
    this.services.push(service);
    await service.start();
    return service;
  }

  /** One record: so many messages, a mute that is no message, and so many entries. */
  record(room: string, messages: number, entries = 0, atMs = this.clock.now()): void {
    const message = { $case: 'message' as const, value: { account: 'm' } };
    const kinds = [...Array.from({ length: messages }, () => message), { $case: 'muted' as const, value: {} }];
    const events = kinds.map((kind, i) => ({ position: positionAt(atMs) + i, event: Event.encode(Event.fromPartial({ kind })).finish() }));
    const record = Record.fromPartial({
      timeMs: atMs,
      batches: [{ room, events, ...(entries === 0 ? {} : { tally: { enters: entries } }) }],
    });
    const shard = shardOf(parseRoomId(room)!, size.shards);
    const answer = this.logs.append(shard, this.#last.get(shard) ?? 0, Record.encode(record).finish());
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    this.#last.set(shard, answer.sequence);
  }

  async top(service: Metrics, metric = 'messages', limit = 0, atMs = 0): Promise<string[]> {
    const { rooms } = await service.reader.topRooms({ metric, period: 'hour', atMs, limit });
    return rooms.map(({ room, messages, entries }) => `${room} ${messages} ${entries}`);
  }

  async comesTo(service: Metrics, expected: string[]): Promise<void> {
    await eventually(async () => {
      await this.clock.pass(500);
      expect(await this.top(service)).toEqual(expected);
    });
  }
}

describe('metrics', () => {
  let bench: Bench;
  const begin = (): Bench => (bench = new Bench());
  afterEach(async () => {
    for (const service of bench.services) await service.stop();
  });

  test('counts messages and entries, and lists rooms over all streams', async () => {
    const service = await begin().service('one');
    for (let i = 1; i <= 9; i++) bench.record(`room-${i}`, i, i === 3 ? 40 : 0);
    bench.record('room-1', 20, 5);
    await bench.comesTo(service, ['room-1 21 5', ...[9, 8, 7, 6, 5, 4].map((i) => `room-${i} ${i} 0`), 'room-3 3 40', 'room-2 2 0']);
    expect(await bench.top(service, 'entries')).toEqual(['room-3 3 40', 'room-1 21 5']);
    expect(await bench.top(service, 'messages', 2)).toEqual(['room-1 21 5', 'room-9 9 0']);
  });

  test('keeps hours apart; a moment names its hour, none the current one', async () => {
    const service = await begin().service('one');
    const thisHour = bench.clock.now();
    bench.record('a', 3, 0, thisHour - 1);
    bench.record('a', 2, 0, thisHour);
    await bench.comesTo(service, ['a 2 0']);
    expect(await bench.top(service, 'messages', 0, thisHour - hour / 2)).toEqual(['a 3 0']);
    const page = await service.reader.topRooms({ metric: 'messages', period: 'hour', atMs: thisHour + 1234, limit: 0 });
    expect(page.periodStartMs).toBe(thisHour);
  });

  test('counts nothing twice over restarts', async () => {
    const first = await begin().service('one');
    bench.record('a', 2);
    await bench.comesTo(first, ['a 2 0']);
    await first.drain();
    bench.record('a', 1);
    const second = await bench.service('two');
    await bench.comesTo(second, ['a 3 0']);
    await second.stop();
    bench.record('b', 1);
    await bench.comesTo(await bench.service('three'), ['a 3 0', 'b 1 0']);
  });

  test('counts nothing twice where two processes read the same streams', async () => {
    begin();
    const services = [await bench.service('one'), await bench.service('two')];
    for (let i = 0; i < 30; i++) {
      for (let room = 0; room < 6; room++) bench.record(`room-${room}`, 1);
      await bench.clock.pass(150);
    }
    const expected = Array.from({ length: 6 }, (_, room) => `room-${room} 30 0`);
    for (const service of services) await bench.comesTo(service, expected);
  });

  test('is not ready while the counters are away, and catches up exactly', async () => {
    const service = await begin().service('one');
    bench.record('a', 1);
    await bench.comesTo(service, ['a 1 0']);
    expect(service.ready().ok).toBe(true);
    bench.storage.available = false;
    bench.record('a', 2);
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(service.ready().ok).toBe(false);
    });
    await expect(bench.top(service)).rejects.toBeInstanceOf(ReaderUnavailable);
    expect(service.health().ok).toBe(true);
    bench.record('a', 4);
    bench.storage.available = true;
    await bench.comesTo(service, ['a 7 0']);
    expect(service.ready().ok).toBe(true);
  });

  test('counts everything again, once, when the counters were lost', async () => {
    const service = await begin().service('one');
    bench.record('a', 1);
    bench.record('a', 2);
    await bench.comesTo(service, ['a 3 0']);
    bench.storage.clear();
    bench.record('a', 4);
    await bench.comesTo(service, ['a 7 0']);
  });

  test('says what it does not know', async () => {
    const service = await begin().service('one');
    await expect(bench.top(service, 'likes')).rejects.toBeInstanceOf(BadAsk);
    await expect(service.reader.topRooms({ metric: 'messages', period: 'week', atMs: 0, limit: 0 })).rejects.toBeInstanceOf(BadAsk);
  });
});
