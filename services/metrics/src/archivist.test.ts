import { afterEach, describe, expect, test } from '@jest/globals';
import { ReaderUnavailable } from '@plaza/bus';
import { eventually } from '@plaza/testkit';
import type { Metrics } from './compose.js';
import { MemoryCounters } from './counters.memory.js';
import { Bench, hourMs } from './testing/compose.js';

const dayMs = 24 * hourMs;

const changedIn = async (bench: Bench, stream: number): Promise<unknown[]> =>
  (await new MemoryCounters(bench.storage).changed(stream)).periods.map(({ period }) => period);
/** The rooms that the counters themselves still have in an hour. */
const countersOf = async (bench: Bench, startMs: number): Promise<string[]> => {
  const counters = new MemoryCounters(bench.storage);
  const lists = [0, 1, 2, 3].map((stream) => counters.top(stream, 'messages', { kind: 'hour', startMs }, 10));
  return (await Promise.all(lists)).flatMap(({ figures }) => figures.map(({ room }) => room));
};

/** At 00:00 of a day in UTC. */
describe('closed hours and days', () => {
  let bench: Bench;
  const begin = (): Bench => (bench = new Bench());
  afterEach(() => bench.stop());

  const archived = async (room: string, kind: 'hour' | 'day' = 'hour'): Promise<string[]> => {
    const nowMs = Math.floor(bench.clock.now() / hourMs) * hourMs;
    const series = await bench.archive.series(room, kind, 0, nowMs + dayMs);
    return [...series].map(([startMs, { figures }]) => `${(startMs - nowMs) / hourMs} ${figures.messages} ${figures.active}`).sort();
  };
  const archivedComesTo = (room: string, expected: string[], kind: 'hour' | 'day' = 'hour'): Promise<void> =>
    eventually(async () => {
      await bench.clock.pass(5000);
      expect(await archived(room, kind)).toEqual(expected);
    });
  /** What the counters had is lost, and the log no longer has it. */
  const forget = async (service: Metrics): Promise<Metrics> => {
    await service.stop();
    bench.storage.clear();
    bench.goneThrough = 1000;
    return bench.service('later');
  };

  test('are copied when they are over and counted, and are read when the counters and the log have lost them', async () => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    bench.record('a', { messages: 5, accounts: ['ann', 'bob'] }, nowMs - hourMs);
    bench.record('b', { messages: 7 }, nowMs - hourMs + 1);
    bench.record('a', { messages: 1 }, nowMs);
    await archivedComesTo('a', ['-1 5 2']);
    await archivedComesTo('a', ['-24 5 2'], 'day');
    const later = await forget(service);
    expect(await bench.top(later, { atMs: nowMs - 1 })).toEqual(['b 7 0 0', 'a 5 2 2']);
    expect(await bench.top(later, { atMs: nowMs - 1, metric: 'active' })).toEqual(['a 5 2 2']);
    expect(await bench.top(later, { atMs: nowMs - 1, period: 'day', limit: 1 })).toEqual(['b 7 0 0']);
    expect(await bench.series(later, 'a', 'hour', nowMs - dayMs, nowMs)).toEqual(['-1 5 2 2']);
    await eventually(async () => {
      await bench.clock.pass(5000);
      const { freshness } = await later.reader.topRooms({ metric: 'messages', period: 'day', atMs: nowMs - 1, limit: 0 });
      expect(freshness).toEqual({ asOfMs: nowMs, ageMs: 0, timeZone: 'UTC' });
    });
  });

  test('are not copied before everything in them is counted', async () => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    bench.record('a', { messages: 5 }, nowMs - 1);
    await bench.comesTo(service, ['a 5 0 0'], { atMs: nowMs - 1 });
    bench.storage.available = false;
    bench.record('a', { messages: 1 }, nowMs - 1);
    await bench.clock.pass(120_000);
    expect(await archived('a')).toEqual([]);
    bench.storage.available = true;
    await archivedComesTo('a', ['-1 6 0']);
  });

  test('are copied again when something comes late', async () => {
    await begin().service('one');
    const nowMs = bench.clock.now();
    bench.record('a', { messages: 5 }, nowMs - 1);
    await archivedComesTo('a', ['-1 5 0']);
    bench.record('a', { messages: 2, accounts: ['ann'] }, nowMs - 1);
    await archivedComesTo('a', ['-1 7 1']);
    await archivedComesTo('a', ['-24 7 1'], 'day');
  });

  test('stay as they were copied when an hour of theirs is counted again from a log that has lost some of it', async () => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    for (const messages of [3, 4, 5]) bench.record('a', { messages }, nowMs - 1);
    await archivedComesTo('a', ['-1 12 0']);
    await service.stop();
    bench.storage.clear();
    bench.goneThrough = 1;
    const later = await bench.service('later');
    bench.record('a', { messages: 1 });
    await bench.comesTo(later, ['a 1 0 0']);
    await bench.clock.pass(120_000);
    expect(await archived('a')).toEqual(['-1 12 0']);
    expect(await bench.top(later, { atMs: nowMs - 1 })).toEqual(['a 12 0 0']);
    expect(await bench.series(later, 'a', 'hour', nowMs - hourMs, nowMs + 1)).toEqual(['-1 12 0 0', '0 1 0 0']);
  });

  test('of which a log has lost some before they were ever counted are copied as far as they are known', async () => {
    begin();
    const nowMs = bench.clock.now();
    for (const messages of [3, 4, 5]) bench.record('a', { messages }, nowMs - 1);
    bench.goneThrough = 1;
    await bench.service('one');
    await archivedComesTo('a', ['-1 9 0']);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('are whole in the end when who copies them dies at write %i', async (dies) => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    const rooms = ['a', 'b', 'c', 'd'];
    for (const [i, room] of rooms.entries()) bench.record(room, { messages: i + 1, accounts: ['ann'] }, nowMs - 1);
    let writes = 0;
    bench.archive.beforeWrite = () => {
      if (++writes >= dies) throw new Error('killed');
    };
    await eventually(async () => {
      await bench.clock.pass(5000);
      expect(writes).toBeGreaterThanOrEqual(dies);
    });
    await service.stop();
    bench.archive.beforeWrite = () => undefined;
    const second = await bench.service('two');
    for (const [i, room] of rooms.entries()) await archivedComesTo(room, [`-1 ${i + 1} 1`]);
    await archivedComesTo('d', ['-24 4 1'], 'day');
    await eventually(async () => {
      await bench.clock.pass(5000);
      for (let stream = 0; stream < 4; stream++) expect(await changedIn(bench, stream)).toEqual([]);
    });
    const later = await forget(second);
    expect(await bench.top(later, { atMs: nowMs - 1 })).toEqual(['d 4 1 1', 'c 3 1 1', 'b 2 1 1', 'a 1 1 1']);
    expect(await bench.top(later, { atMs: nowMs - 1, period: 'day', metric: 'active', limit: 2 })).toEqual(['a 1 1 1', 'b 2 1 1']);
  });

  test('are answered from the counters while the archive is away, and copied when it is back', async () => {
    const service = await begin().service('one');
    const nowMs = bench.clock.now();
    bench.archive.available = false;
    bench.record('a', { messages: 5 }, nowMs - 1);
    await eventually(async () => {
      await bench.clock.pass(10_000);
      expect(await bench.top(service, { atMs: nowMs - 1 })).toEqual(['a 5 0 0']);
    });
    await expect(bench.top(service, { atMs: nowMs - 3 * dayMs })).resolves.toEqual([]);
    expect(service.ready().ok).toBe(true);
    bench.archive.available = true;
    await archivedComesTo('a', ['-1 5 0']);
    bench.archive.available = false;
    await bench.stop();
    bench.storage.clear();
    bench.goneThrough = 1000;
    await expect(bench.top(await bench.service('later'), { atMs: nowMs - 1 })).rejects.toBeInstanceOf(ReaderUnavailable);
  });

  test('go from the counters after some hours, and from the archive after the retention', async () => {
    begin();
    const nowMs = bench.clock.now();
    const first = await bench.service('one', { retentionDays: 2 });
    bench.record('a', { messages: 5 }, nowMs - 1);
    await archivedComesTo('a', ['-1 5 0']);
    await first.stop();
    bench.clock.advance(7 * hourMs);
    const second = await bench.service('two', { retentionDays: 2 });
    await eventually(async () => {
      await bench.clock.pass(1000);
      expect((await countersOf(bench, nowMs - hourMs)).join()).toBe('');
    });
    expect(await bench.top(second, { atMs: nowMs - 1 })).toEqual(['a 5 0 0']);
    await second.stop();
    bench.clock.advance(2 * dayMs);
    await bench.service('three', { retentionDays: 2 });
    await eventually(async () => {
      await bench.clock.pass(1000);
      expect(await archived('a')).toEqual([]);
    });
  });
});
