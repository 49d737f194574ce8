import { beforeEach, describe, expect, test } from '@jest/globals';
import { defaultLimits, newRoom, type RoomId } from '@plaza/domain';
import { Appender } from '@plaza/log';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Record as LogRecord } from '@plaza/proto/log';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { joined } from './control.js';
import { LoadedRoom } from './loaded-room.js';
import { noMetrics } from './metrics.js';
import { Pulse } from './pulse.js';
import { Outbox } from './outbox.js';
import type { QueuedCommand } from './outbox-queue.js';
import { recordBytes, type SealedBatch } from './seal.js';
import { testSettings } from './testing/compose.js';

let clock: FakeClock;
let storage: MemoryLogStorage;
let log: MemoryLog;
let outbox: Outbox;
let told: string[];
let stored: { batches: readonly SealedBatch[]; sequence: number }[];
let lost: number;

beforeEach(() => {
  clock = new FakeClock();
  storage = new MemoryLogStorage({ shards: 1, streams: 1 });
  log = new MemoryLog(storage);
  told = [];
  stored = [];
  lost = 0;
  storage.append(0, 0, new Uint8Array([0]));
  const parts = { shard: 0, epoch: 1, clock, logger: quietLogger(), metrics: noMetrics, settings: testSettings, limits: defaultLimits };
  const appender = new Appender(log, { clock });
  const hooks = {
    stored: (batches: readonly SealedBatch[], sequence: number) => void stored.push({ batches, sequence }),
    lost: () => {
      lost++;
    },
  };
  outbox = new Outbox({ ...parts, ...hooks, appender, pulse: new Pulse(0), signal: new AbortController().signal }, 1);
});

let position = 0;
const command = (name: string, bytes = 100): QueuedCommand => ({
  events: [
    {
      position: ++position,
      event: new Uint8Array(bytes),
      stored: true,
      audience: undefined,
      asker: '',
      commandId: '',
      reply: new Uint8Array(0),
      command: 0,
    },
  ],
  bytes,
  slots: [],
  dueMs: 0,
  control: joined([]),
  queuedMs: clock.now(),
  waiting: [{ stored: () => told.push(`${name} stored`), lost: () => told.push(`${name} lost`) }],
  remembered: undefined,
});
const room = (id: string): LoadedRoom => new LoadedRoom(newRoom(id as RoomId), clock.now(), defaultLimits);
const records = async (): Promise<LogRecord[]> => (await log.read(0, 2, 1000)).map(({ bytes }) => LogRecord.decode(bytes));

describe('the outbox', () => {
  test('puts what is ready into one record, a batch a room, each behind the one before', async () => {
    const [a, b] = [room('a'), room('b')];
    outbox.put(a, command('a1'));
    outbox.put(b, command('b1'));
    outbox.put(a, command('a2'));
    await clock.pass(0);
    outbox.put(a, command('a3'));
    await clock.pass(0);
    const [first, second] = await records();
    expect(first!.batches.map((batch) => [batch.room, batch.events.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(second!.batches[0]).toMatchObject({ prev: first!.batches[0]!.last, previousSequence: 2, bucket: first!.batches[0]!.bucket });
    expect(a.accepted).toMatchObject({ last: position, lastSequence: 3, bucketCount: 3 });
    expect(told).toEqual(['a1 stored', 'a2 stored', 'b1 stored', 'a3 stored']);
  });

  test('names what the room says about its history now', async () => {
    const a = room('a');
    outbox.put(a, command('a1'));
    await clock.pass(0);
    a.state.settings = { ...a.state.settings, historyDays: 3 };
    outbox.put(a, command('a2'));
    await clock.pass(0);
    expect((await records()).map(({ batches }) => batches[0]!.historyDays)).toEqual([0, 3]);
  });

  test('sees to what is put at any moment of its own turn', async () => {
    const a = room('a');
    for (let turns = 0; turns < 60; turns++) {
      outbox.put(a, command(`${turns} first`));
      for (let i = 0; i < turns; i++) await Promise.resolve();
      outbox.put(a, command(`${turns} second`));
      await clock.pass(0);
      expect(told.splice(0)).toEqual([`${turns} first stored`, `${turns} second stored`]);
    }
  });

  test('cuts a record that would be too large, without losing the order', async () => {
    const a = room('a');
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    for (const name of names) outbox.put(a, command(name, 50_000));
    await clock.pass(500);
    const sizes = (await records()).map((record) => LogRecord.encode(record).finish().length);
    expect(sizes.length).toBeGreaterThan(1);
    for (const size of sizes) expect(size).toBeLessThan(recordBytes + 60_000);
    expect(told).toEqual(names.map((name) => `${name} stored`));
  });

  test('has one append under way, and the rest rides in the next', async () => {
    const a = room('a');
    log.setConnected(false);
    outbox.put(a, command('first'));
    await clock.pass(100);
    for (let i = 0; i < 5; i++) outbox.put(a, command(`next${i}`));
    await clock.pass(100);
    expect(told).toEqual([]);
    log.setConnected(true);
    await clock.pass(500);
    expect((await records()).map(({ batches }) => batches[0]!.events.length)).toEqual([1, 5]);
  });

  test('tells everybody, queued or under way, when the shard is lost, and nothing of it is stored', async () => {
    const a = room('a');
    storage.append(0, 1, LogRecord.encode(LogRecord.fromPartial({ id: 'foreign' })).finish());
    outbox.put(a, command('first'));
    const control = outbox.control({ claim: undefined, release: { holder: 'me' } });
    await clock.pass(0);
    outbox.put(a, command('second'));
    await clock.pass(1000);
    expect(told.filter((line) => line.endsWith('stored'))).toEqual([]);
    expect(told).toContain('first lost');
    expect(await control).toBe(false);
    expect(lost).toBe(1);
    expect(stored).toEqual([]);
  });

  test('tells who asks behind a room when all before it is decided, and at once where nothing is', async () => {
    const a = room('a');
    outbox.behind(a, { stored: () => told.push('nothing before'), lost: () => undefined });
    outbox.put(a, command('first'));
    outbox.behind(a, { stored: () => told.push('behind'), lost: () => undefined });
    expect(told).toEqual(['nothing before']);
    await clock.pass(0);
    expect(told).toEqual(['nothing before', 'first stored', 'behind']);
  });

  test('flushes without regard to intervals, and is full beyond its bytes', async () => {
    const a = room('a');
    for (let i = 0; i < 10; i++) outbox.put(a, command(`c${i}`));
    await clock.pass(0);
    outbox.put(a, command('hot'));
    const flushed = outbox.flush();
    await clock.pass(0);
    await flushed;
    expect(told.at(-1)).toBe('hot stored');
    log.setConnected(false);
    for (let i = 0; i < 9; i++) outbox.put(a, command(`big${i}`, 1_000_000));
    expect(outbox.full).toBe(true);
  });
});

test('what is put behind the end is told that the shard is lost', async () => {
  outbox.stop();
  outbox.put(room('a'), command('late'));
  await clock.pass(0);
  expect(told).toEqual(['late lost']);
});
