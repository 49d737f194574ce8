import { afterEach, describe, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import { MemoryBus, MemoryPeers } from '@plaza/bus/memory';
import { parseRoomId, positionAt, shardOf } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import { MemoryKeeping, MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event, ReadHistory, Role } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { createHistory, type History } from './compose.js';
import { MemoryMessageStorage, MemoryMessageStore } from './message-store.memory.js';
import { MemoryRoomIndex } from './room-index.memory.js';

const size = { shards: 8, streams: 4 };

/** Histories over one log and one store, with a writer of records. */
class Bench {
  readonly clock = new FakeClock();
  readonly logs = new MemoryLogStorage(size);
  readonly storage = new MemoryMessageStorage(this.clock);
  readonly index = new MemoryRoomIndex();
  readonly bus = new MemoryBus();
  readonly base = positionAt(this.clock.now());
  readonly histories: History[] = [];
  readonly registries: Registry[] = [];
  readonly #last = new Map<number, number>();

  history(id = 'h'): History {
    const registry = new Registry();
    const log = new MemoryLog(this.logs);
    const parts = {
      log,
      keeping: new MemoryKeeping(this.logs),
      store: new MemoryMessageStore(this.storage),
      index: this.index,
      peers: new MemoryPeers(this.bus),
      clock: this.clock,
      logger: quietLogger(),
      registry,
    };
    const history = createHistory({ id, retentionDays: 10, grpcAddress: undefined }, parts);
    this.histories.push(history);
    this.registries.push(registry);
    return history;
  }

  /** One record with a message for each number; odd numbers are not for the history. Answers the record's sequence. */
  say(room: string, ...numbers: number[]): number {
    const events = numbers.map((n) => ({
      position: this.base + n,
      stored: n % 2 === 0,
      event: Event.encode(Event.fromPartial({ position: this.base + n, kind: { $case: 'message', value: { account: `m${n}` } } })).finish(),
    }));
    const record = Record.fromPartial({
      id: numbers.join(),
      timeMs: this.clock.now(),
      batches: [{ room, bucket: this.base, last: events.at(-1)!.position, events }],
    });
    return this.append(shardOf(parseRoomId(room)!, size.shards), Record.encode(record).finish());
  }

  /** One record with one event that is not stored. */
  happens(room: string, n: number, kind: object, targets: string[] = []): void {
    const position = this.base + n;
    const event = Event.encode(Event.fromPartial({ position, targets, kind: kind as NonNullable<Event['kind']> })).finish();
    const batches = [{ room, last: position, events: [{ position, event }] }];
    this.append(
      shardOf(parseRoomId(room)!, size.shards),
      Record.encode(Record.fromPartial({ timeMs: this.clock.now(), batches })).finish(),
    );
  }

  append(shard: number, bytes: Uint8Array): number {
    const answer = this.logs.append(shard, this.#last.get(shard) ?? 0, bytes);
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    this.#last.set(shard, answer.sequence);
    return answer.sequence;
  }

  async read(
    history: History,
    room: string,
    { head = 0, headSequence = 0, before = undefined as number | undefined, after = undefined as number | undefined, limit = 0 } = {},
  ) {
    const at = (n: number | undefined): number | undefined => (n === undefined ? undefined : this.base + n);
    const page = await history.reader.read({
      room,
      head: head === 0 ? 0 : this.base + head,
      headSequence,
      page: ReadHistory.fromPartial({ before: at(before), after: at(after), limit }),
      viewer: undefined,
    });
    return {
      numbers: page.events.map(({ position }) => position - this.base),
      upTo: page.upTo === 0 ? 0 : page.upTo - this.base,
      more: page.more,
    };
  }

  async settled(history: History, room: string, count: number): Promise<void> {
    await eventually(async () => {
      await this.clock.pass(100);
      expect((await this.read(history, room, { limit: 200 })).numbers).toHaveLength(count);
    });
  }
}

describe('history', () => {
  let bench: Bench;
  const begin = (): Bench => (bench = new Bench());
  afterEach(async () => {
    for (const history of bench.histories) await history.stop();
  });

  test('stores the messages that are meant for it, and gives them in pages', async () => {
    begin();
    const history = bench.history();
    await history.start();
    for (let n = 2; n <= 240; n += 4) bench.say('a', n, n + 1, n + 2);
    bench.say('b', 4);
    await bench.settled(history, 'a', 120);
    expect(await bench.read(history, 'a', { limit: 3 })).toEqual({ numbers: [236, 238, 240], upTo: 240, more: true });
    expect(await bench.read(history, 'a', { before: 6, limit: 3 })).toEqual({ numbers: [2, 4], upTo: 240, more: false });
    expect(await bench.read(history, 'a', { before: 10, limit: 3 })).toEqual({ numbers: [4, 6, 8], upTo: 240, more: true });
    expect(await bench.read(history, 'a', { after: 6, limit: 3 })).toEqual({ numbers: [8, 10, 12], upTo: 240, more: true });
    expect(await bench.read(history, 'a', { after: 236, limit: 3 })).toEqual({ numbers: [238, 240], upTo: 240, more: false });
    expect((await bench.read(history, 'a')).numbers).toHaveLength(50);
    expect((await bench.read(history, 'a', { limit: 100_000 })).numbers).toHaveLength(120);
    expect(await bench.read(history, 'c')).toEqual({ numbers: [], upTo: 0, more: false });
    const page = await history.reader.read({ room: 'b', page: undefined, head: 0, headSequence: 0, viewer: undefined });
    expect(page.events[0]!.kind).toMatchObject({ $case: 'message', value: { account: 'm4' } });
  });

  test('waits until the reader has passed the head, then names it as considered', async () => {
    begin();
    const history = bench.history();
    const sequence = bench.say('a', 2, 3);
    const answer = bench.read(history, 'a', { head: 3, headSequence: sequence });
    await bench.clock.pass(500);
    await history.start();
    await bench.clock.pass(400);
    expect(await answer).toEqual({ numbers: [2], upTo: 3, more: false });
  });

  test('says honestly how far it is, when the reader does not pass the head in a second', async () => {
    begin();
    const history = bench.history();
    await history.start();
    bench.say('a', 2);
    await bench.settled(history, 'a', 1);
    const answer = bench.read(history, 'a', { head: 8, headSequence: 99 });
    await bench.clock.pass(1100);
    expect(await answer).toEqual({ numbers: [2], upTo: 2, more: false });
    const empty = bench.read(history, 'nobody', { head: 8, headSequence: 99 });
    await bench.clock.pass(1100);
    expect(await empty).toEqual({ numbers: [], upTo: 0, more: false });
  });

  test('goes on from its cursor after a restart', async () => {
    begin();
    const first = bench.history('one');
    await first.start();
    bench.say('a', 2, 4);
    await bench.settled(first, 'a', 2);
    await first.drain();
    await first.stop();
    bench.say('a', 6);
    const second = bench.history('two');
    await second.start();
    await bench.settled(second, 'a', 3);
    expect(await bench.registries[1]!.getSingleMetricAsString('plaza_history_rows_total')).toContain('plaza_history_rows_total 1');
  });

  test('is not ready while the store is away, loses nothing, and catches up', async () => {
    begin();
    const history = bench.history();
    await history.start();
    bench.say('a', 2);
    await bench.settled(history, 'a', 1);
    expect(history.ready().ok).toBe(true);
    bench.storage.available = false;
    bench.say('a', 4);
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(history.ready().ok).toBe(false);
    });
    await expect(bench.read(history, 'a')).rejects.toBeInstanceOf(ReaderUnavailable);
    expect(history.health().ok).toBe(true);
    bench.say('a', 6);
    await bench.clock.pass(60_000);
    const lag = (await bench.registries[0]!.getSingleMetricAsString('plaza_history_reader_lag_seconds')).match(/ (\d+)\S*$/gm)!.map(Number);
    expect(Math.max(...lag)).toBeGreaterThanOrEqual(60);
    bench.storage.available = true;
    await eventually(async () => {
      await bench.clock.pass(1000);
      expect((await bench.read(history, 'a')).numbers).toEqual([2, 4, 6]);
    });
    expect(history.ready().ok).toBe(true);
  });

  test('writes again what a store lost that went back in time', async () => {
    begin();
    const history = bench.history();
    await history.start();
    bench.say('a', 2);
    bench.say('a', 4);
    await bench.settled(history, 'a', 2);
    bench.storage
      .rooms()
      .get('a')!
      .delete(bench.base + 4);
    for (const stream of bench.storage.cursors().keys()) bench.storage.cursors().set(stream, 1);
    bench.say('a', 6);
    await bench.settled(history, 'a', 3);
  });

  test('shares the streams: each record is written, and any process answers for all rooms', async () => {
    begin();
    const histories = [bench.history('one'), bench.history('two')];
    for (const history of histories) await history.start();
    await bench.clock.pass(3000);
    const rooms = Array.from({ length: 12 }, (_, i) => `room-${i}`);
    for (const room of rooms) bench.say(room, 2);
    for (const history of histories) for (const room of rooms) await bench.settled(history, room, 1);
    const read = histories.map((history) => (history.ready().detail['streams'] as { stream: number }[]).map(({ stream }) => stream));
    expect(read.flat().sort()).toEqual([0, 1, 2, 3]);
  });

  test('indexes rooms and the roles of accounts, and answers them in pages', async () => {
    begin();
    const history = bench.history();
    await history.start();
    for (const room of ['a', 'b', 'c', 'd']) {
      const creator = room === 'c' ? 'bob' : 'ann';
      bench.happens(room, 1, { $case: 'roomCreated', value: { creator } });
    }
    bench.happens('c', 2, { $case: 'roleChanged', value: { role: Role.ROLE_ADMINISTRATOR } }, ['ann', 'cat']);
    bench.happens('c', 3, { $case: 'blocked', value: {} }, ['cat']);
    bench.happens('d', 3, { $case: 'roleChanged', value: { role: Role.ROLE_REGULAR } }, ['cat']);
    bench.happens('d', 4, { $case: 'roleChanged', value: { role: Role.ROLE_GUEST } }, ['cat']);
    const list = async (account: string, created = false, limit = 0): Promise<string[]> => {
      const { rooms, next } = await history.reader.rooms({ account, created, pageToken: '', limit });
      return [...rooms.map(({ room, creator, role }) => `${room} ${creator} ${role}`), ...(next === '' ? [] : [`and after ${next}`])];
    };
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(await list('')).toEqual(['a ann 0', 'b ann 0', 'c bob 0', 'd ann 0']);
      expect(await list('cat')).toEqual([]);
    });
    expect(await list('ann')).toEqual(['a ann 5', 'b ann 5', 'c bob 4', 'd ann 5']);
    expect(await list('ann', true)).toEqual(['a ann 5', 'b ann 5', 'd ann 5']);
    expect(await list('ann', true, 3)).toEqual(['a ann 5', 'b ann 5', 'd ann 5']);
    expect(await list('ann', true, 2)).toEqual(['a ann 5', 'b ann 5', 'and after b']);
    expect(await list('bob', true)).toEqual(['c bob 5']);
    expect(await list('', false, 3)).toEqual(['a ann 0', 'b ann 0', 'c bob 0', 'and after c']);
  });

  test('tells the rooms in which an account left anything up to this moment, or that it has not read that far', async () => {
    begin();
    const history = bench.history();
    const traces = (pageToken = '') => history.reader.traces({ account: 'm2', pageToken, limit: 1 });
    for (const room of ['a', 'b', 'c']) bench.say(room, 2);
    const refused = expect(traces()).rejects.toThrow('not read 3 streams');
    await bench.clock.pass(1600);
    await refused;
    const first = traces();
    await bench.clock.pass(500);
    await history.start();
    await bench.clock.pass(500);
    expect(await first).toEqual({ rooms: ['a'], next: 'a' });
    bench.storage.available = false;
    bench.say('a', 4);
    expect(await traces('a')).toEqual({ rooms: ['b'], next: 'b' });
    const away = expect(traces()).rejects.toBeInstanceOf(ReaderUnavailable);
    await bench.clock.pass(3000);
    await away;
  });

  test('goes no further, and is not ready, at what is no record', async () => {
    begin();
    const history = bench.history();
    await history.start();
    await eventually(() => expect(history.ready().ok).toBe(true));
    bench.append(0, Uint8Array.of(255, 255, 255));
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(history.ready().ok).toBe(false);
    });
  });

  test('lets messages go that are older than the retention', async () => {
    begin();
    const store = new MemoryMessageStore(bench.storage);
    const event = new Uint8Array();
    const row = (daysAgo: number) => {
      const timeMs = bench.clock.now() - daysAgo * 86_400_000;
      return { room: 'a', bucket: 0, position: positionAt(timeMs), timeMs, event, audience: '', untilMs: timeMs + 10 * 86_400_000 };
    };
    await store.write([row(12), row(11), row(9)]);
    const history = bench.history();
    await history.start();
    await eventually(() => expect([...bench.storage.rooms().get('a')!.keys()]).toEqual([row(9).position]));
  });
});
