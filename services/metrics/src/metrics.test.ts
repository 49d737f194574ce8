import { afterEach, describe, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import { eventually } from '@plaza/testkit';
import { BadAsk } from './handlers/asked.js';
import { Bench, hourMs } from './testing/compose.js';

describe('metrics', () => {
  let bench: Bench;
  const begin = (): Bench => (bench = new Bench());
  afterEach(() => bench.stop());

  test('counts messages, entries and distinct accounts, and lists rooms over all streams', async () => {
    const service = await begin().service('one');
    for (let i = 1; i <= 9; i++) bench.record(`room-${i}`, { messages: i, accounts: i === 3 ? ['ann', 'bob', 'ann'] : [] });
    bench.record('room-1', { messages: 20, accounts: ['cat'] });
    await bench.comesTo(service, ['room-1 21 1 1', ...[9, 8, 7, 6, 5, 4].map((i) => `room-${i} ${i} 0 0`), 'room-3 3 3 2', 'room-2 2 0 0']);
    expect(await bench.top(service, { metric: 'entries' })).toEqual(['room-3 3 3 2', 'room-1 21 1 1']);
    expect(await bench.top(service, { metric: 'active', limit: 1 })).toEqual(['room-3 3 3 2']);
    expect(await bench.top(service, { limit: 2 })).toEqual(['room-1 21 1 1', 'room-9 9 0 0']);
  });

  test('an account that is active again in an hour or on a day is one; in the next hour it is again', async () => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    bench.record('a', { accounts: ['ann', 'bob'] }, nowMs - hourMs);
    bench.record('a', { accounts: ['ann'] }, nowMs - hourMs);
    bench.record('a', { accounts: ['ann', 'cat'] }, nowMs);
    await bench.comesTo(service, ['a 0 2 2'], { metric: 'active' });
    expect(await bench.top(service, { metric: 'active', atMs: nowMs - 1 })).toEqual(['a 0 3 2']);
    expect(await bench.top(service, { metric: 'active', period: 'day', atMs: nowMs })).toEqual(['a 0 2 2']);
  });

  test('keeps hours and days of its time zone apart; a moment names its period, none the current one', async () => {
    begin();
    const service = await bench.service('one', { timeZone: 'Asia/Kolkata' });
    // 05:30 on the first of January there.
    const nowMs = bench.clock.now();
    bench.record('a', { messages: 3 }, nowMs - hourMs);
    bench.record('a', { messages: 2 }, nowMs - hourMs / 2 - 1);
    bench.record('a', { messages: 4 }, nowMs - hourMs / 2);
    bench.record('a', { messages: 8 }, nowMs - 6 * hourMs);
    await bench.comesTo(service, ['a 4 0 0']);
    expect(await bench.top(service, { atMs: nowMs - hourMs })).toEqual(['a 5 0 0']);
    expect(await bench.top(service, { period: 'day' })).toEqual(['a 9 0 0']);
    expect(await bench.top(service, { period: 'day', atMs: nowMs - 6 * hourMs })).toEqual(['a 8 0 0']);
    const page = await service.reader.topRooms({ metric: 'messages', period: 'day', atMs: nowMs, limit: 0 });
    expect([page.periodStartMs, page.periodEndMs]).toEqual([nowMs - 5.5 * hourMs, nowMs + 18.5 * hourMs]);
    expect(page.freshness!.timeZone).toBe('Asia/Kolkata');
  });

  test('gives a room by hour and by day', async () => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    bench.record('a', { messages: 3, accounts: ['ann'] }, nowMs - 3 * hourMs);
    bench.record('a', { messages: 2 }, nowMs - hourMs);
    bench.record('a', { messages: 4, accounts: ['ann', 'bob'] }, nowMs);
    bench.record('b', { messages: 1 }, nowMs - 2 * hourMs);
    await bench.comesTo(service, ['a 4 2 2']);
    expect(await bench.series(service, 'a', 'hour', nowMs - 3 * hourMs, nowMs + 1)).toEqual(['-3 3 1 1', '-1 2 0 0', '0 4 2 2']);
    expect(await bench.series(service, 'a', 'hour', nowMs - 2.5 * hourMs, nowMs)).toEqual(['-3 3 1 1', '-1 2 0 0']);
    expect(await bench.series(service, 'a', 'day', nowMs - 24 * hourMs, nowMs + 1)).toEqual(['-24 5 1 1', '0 4 2 2']);
    expect(await bench.series(service, 'c', 'hour', nowMs - 2 * hourMs, nowMs)).toEqual([]);
  });

  test('says how old its figures are: of a stream in which nothing happens too', async () => {
    const service = await begin().service('one');
    bench.record('a', { messages: 1 });
    await bench.comesTo(service, ['a 1 0 0']);
    await bench.clock.pass(50 * 60_000);
    await eventually(async () => {
      await bench.clock.pass(5000);
      const { freshness } = await service.reader.topRooms({ metric: 'messages', period: 'hour', atMs: 0, limit: 0 });
      expect(freshness!.ageMs).toBeLessThanOrEqual(20_000);
      expect(freshness!.asOfMs + freshness!.ageMs).toBe(bench.clock.now());
    });
    bench.storage.available = false;
    await bench.clock.pass(60_000);
    bench.storage.available = true;
    const { freshness } = await service.reader.topRooms({ metric: 'messages', period: 'hour', atMs: 0, limit: 0 });
    expect(freshness!.ageMs).toBeGreaterThanOrEqual(60_000);
  });

  test('counts nothing twice over restarts', async () => {
    const first = await begin().service('one');
    bench.record('a', { messages: 2 });
    await bench.comesTo(first, ['a 2 0 0']);
    await first.drain();
    bench.record('a', { messages: 1 });
    const second = await bench.service('two');
    await bench.comesTo(second, ['a 3 0 0']);
    await second.stop();
    bench.record('b', { messages: 1 });
    await bench.comesTo(await bench.service('three'), ['a 3 0 0', 'b 1 0 0']);
  });

  test('counts nothing twice where two processes read the same streams', async () => {
    begin();
    const services = [await bench.service('one'), await bench.service('two')];
    for (let i = 0; i < 30; i++) {
      for (let room = 0; room < 6; room++) bench.record(`room-${room}`, { messages: 1 });
      await bench.clock.pass(150);
    }
    const expected = Array.from({ length: 6 }, (_, room) => `room-${room} 30 0 0`);
    for (const service of services) await bench.comesTo(service, expected);
  });

  test('is not ready while the counters are away, and catches up exactly', async () => {
    const service = await begin().service('one');
    bench.record('a', { messages: 1 });
    await bench.comesTo(service, ['a 1 0 0']);
    expect(service.ready().ok).toBe(true);
    bench.storage.available = false;
    bench.record('a', { messages: 2 });
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(service.ready().ok).toBe(false);
    });
    await expect(bench.top(service)).rejects.toBeInstanceOf(ReaderUnavailable);
    expect(service.health().ok).toBe(true);
    bench.record('a', { messages: 4 });
    bench.storage.available = true;
    await bench.comesTo(service, ['a 7 0 0']);
    expect(service.ready().ok).toBe(true);
  });

  test('counts everything again, once, when the counters were lost or have gone back', async () => {
    const service = await begin().service('one');
    bench.record('a', { messages: 1, accounts: ['ann'] });
    await bench.comesTo(service, ['a 1 1 1']);
    const goBack = bench.storage.copy();
    bench.record('a', { messages: 2, accounts: ['bob'] });
    await bench.comesTo(service, ['a 3 2 2']);
    goBack();
    bench.record('a', { messages: 4 });
    await bench.comesTo(service, ['a 7 2 2']);
    bench.storage.clear();
    bench.record('a', { messages: 8, accounts: ['ann'] });
    await bench.comesTo(service, ['a 15 3 2']);
  });

  test('says what it does not know', async () => {
    const service = await begin().service('one');
    const ask = { metric: 'messages', period: 'hour', atMs: 0, limit: 0 };
    const figures = { room: 'a', period: 'hour', fromMs: 0, toMs: 1 };
    for (const wrong of [{ metric: 'likes' }, { period: 'week' }, { atMs: 2 ** 53 - 1 }])
      await expect(service.reader.topRooms({ ...ask, ...wrong })).rejects.toBeInstanceOf(BadAsk);
    for (const wrong of [{ room: '' }, { period: 'week' }, { toMs: 801 * hourMs }, { toMs: 2 ** 53 - 1 }])
      await expect(service.reader.readFigures({ ...figures, ...wrong })).rejects.toBeInstanceOf(BadAsk);
    expect((await service.reader.readFigures({ ...figures, toMs: 800 * hourMs })).points).toEqual([]);
  });
});
