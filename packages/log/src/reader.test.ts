import { describe, expect, test } from '@jest/globals';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { ChainBroken } from './chain.js';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';
import type { StoredRecord } from './log.js';
import { runReader, type ReaderNews } from './reader.js';

class Bench {
  readonly storage = new MemoryLogStorage({ shards: 4, streams: 1 });
  readonly log = new MemoryLog(this.storage);
  readonly clock = new FakeClock();
  readonly batches: number[][] = [];
  readonly news: ReaderNews[] = [];
  readonly ended = new AbortController();
  /** What `handle` does before it takes a batch. */
  beforeHandle: () => Promise<'done' | 'reread'> = async () => 'done';
  cursor = 0;

  append(shard: number, expected: number): number {
    const answer = this.storage.append(shard, expected, Uint8Array.of(shard));
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    return answer.sequence;
  }

  run(follow = this.log.follow.bind(this.log)): Promise<void> {
    const log = Object.create(this.log, { follow: { value: follow } }) as MemoryLog;
    return runReader({
      log,
      stream: 0,
      signal: this.ended.signal,
      clock: this.clock,
      logger: quietLogger(),
      work: {
        from: async () => this.cursor + 1,
        handle: async (records) => {
          const answer = await this.beforeHandle();
          if (answer === 'done') {
            this.batches.push(records.map(({ sequence }) => sequence));
            this.cursor = records.at(-1)!.sequence;
          }
          return answer;
        },
        on: (news) => this.news.push(news),
      },
    });
  }

  get read(): number[] {
    return this.batches.flat();
  }
}

describe('reader of a stream', () => {
  test('gives every record once and in order, what lies ready in one batch', async () => {
    const bench = new Bench();
    const first = bench.append(0, 0);
    bench.append(1, 0);
    bench.append(0, first);
    const done = bench.run();
    await eventually(() => expect(bench.batches).toEqual([[1, 2, 3]]));
    expect(bench.news).toEqual([
      { kind: 'begun', from: 1 },
      { kind: 'done', through: 3, records: 3 },
    ]);
    bench.ended.abort();
    await done;
  });

  test('begins after the cursor of its store', async () => {
    const bench = new Bench();
    const first = bench.append(0, 0);
    bench.append(0, first);
    bench.cursor = first;
    const done = bench.run();
    await eventually(() => expect(bench.read).toEqual([2]));
    bench.ended.abort();
    await done;
  });

  test('gathers for 100 ms after a batch and hands over 500 at most', async () => {
    const bench = new Bench();
    let last = bench.append(0, 0);
    const done = bench.run();
    await eventually(() => expect(bench.batches).toHaveLength(1));
    last = bench.append(0, last);
    await bench.clock.pass(50);
    last = bench.append(0, last);
    await bench.clock.pass(49);
    expect(bench.batches).toHaveLength(1);
    await bench.clock.pass(1);
    expect(bench.batches[1]).toEqual([2, 3]);
    for (let i = 0; i < 600; i++) last = bench.append(0, last);
    await bench.clock.pass(1000);
    await eventually(() => expect(bench.read).toHaveLength(603));
    expect(Math.max(...bench.batches.map((batch) => batch.length))).toBe(500);
    bench.ended.abort();
    await done;
  });

  test('gives a batch again while the store is away, with longer and longer pauses, and pulls nothing meanwhile', async () => {
    const bench = new Bench();
    bench.append(0, 0);
    let tries = 0;
    let pulled = 0;
    bench.beforeHandle = async () => {
      if (++tries <= 3) throw new Error('away');
      return 'done';
    };
    const { log } = bench;
    const done = bench.run(async function* (...given) {
      for await (const record of log.follow(...given)) {
        pulled++;
        yield record;
      }
    });
    await eventually(() => expect(tries).toBe(1));
    for (let i = 1; i <= 100; i++) bench.append(0, i);
    await bench.clock.pass(99);
    expect(tries).toBe(1);
    await bench.clock.pass(1);
    expect(tries).toBe(2);
    await bench.clock.pass(200);
    expect(tries).toBe(3);
    expect(pulled).toBeLessThanOrEqual(2);
    await bench.clock.pass(1000);
    await eventually(() => expect(bench.read).toHaveLength(101));
    expect(bench.news.filter(({ kind }) => kind === 'failed')).toHaveLength(3);
    bench.ended.abort();
    await done;
  });

  test('begins again where the store says, when the store has another cursor', async () => {
    const bench = new Bench();
    let last = 0;
    for (let i = 0; i < 5; i++) last = bench.append(0, last);
    bench.cursor = 3;
    let first = true;
    bench.beforeHandle = async () => {
      if (!first) return 'done';
      first = false;
      bench.cursor = 1;
      return 'reread';
    };
    const done = bench.run();
    await eventually(() => expect(bench.read).toEqual([2, 3, 4, 5]));
    bench.ended.abort();
    await done;
  });

  test('follows again when the follower gave up', async () => {
    const bench = new Bench();
    bench.append(0, 0);
    let follows = 0;
    const { log } = bench;
    const done = bench.run(async function* (...given) {
      if (++follows === 1) throw new Error('the log is away');
      yield* log.follow(...given);
    });
    await eventually(() => expect(bench.news.at(-1)).toEqual({ kind: 'failed', cause: 'the log is away' }));
    await bench.clock.pass(1000);
    await eventually(() => expect(bench.read).toEqual([1]));
    bench.ended.abort();
    await done;
  });

  test('stops where a record is missing', async () => {
    const bench = new Bench();
    const records: StoredRecord[] = [
      { sequence: 1, shard: 0, expected: 0, bytes: Uint8Array.of(1) },
      { sequence: 5, shard: 0, expected: 3, bytes: Uint8Array.of(1) },
    ];
    const done = bench.run(async function* () {
      yield* records;
    });
    await expect(done).rejects.toBeInstanceOf(ChainBroken);
    expect(bench.read).toEqual([]);
  });

  test('goes on, and says so, where records had aged out before they were read', async () => {
    const bench = new Bench();
    bench.cursor = 2;
    const { ended } = bench;
    const done = bench.run(async function* () {
      yield { sequence: 9, shard: 0, expected: 7, bytes: Uint8Array.of(1) };
      yield { sequence: 10, shard: 1, expected: 2, bytes: Uint8Array.of(1) };
      await new Promise((resolve) => ended.signal.addEventListener('abort', resolve));
    });
    await eventually(() => expect(bench.read).toEqual([9, 10]));
    expect(bench.news.filter(({ kind }) => kind === 'hole')).toEqual([{ kind: 'hole', shard: 0, sequence: 9 }]);
    bench.ended.abort();
    await done;
  });
});
