import { describe, expect, test } from '@jest/globals';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { ChainBroken } from './chain.js';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';
import type { Log } from './log.js';
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
  /** False: whichever replica is asked, it lags. */
  readable = true;

  append(shard: number, expected: number): number {
    const answer = this.storage.append(shard, expected, Uint8Array.of(shard));
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    return answer.sequence;
  }

  run(follow = this.log.follow.bind(this.log)): Promise<void> {
    const read: Log['read'] = async (...asked) => (this.readable ? this.log.read(...asked) : []);
    const log = Object.create(this.log, { follow: { value: follow }, read: { value: read } }) as MemoryLog;
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

  test('stops where a record is missing that is in the log', async () => {
    const bench = new Bench();
    bench.append(0, bench.append(0, bench.append(0, 0)));
    const [first, , third] = await bench.log.read(0, 0, 3);
    const done = bench.run(async function* () {
      yield first!;
      yield third!;
    });
    await expect(done).rejects.toBeInstanceOf(ChainBroken);
    expect(bench.read).toEqual([]);
  });

  describe('that runs, and is passed by the age of the log', () => {
    /** The reader has read two records of shard 0; what it is given next says that the writer found the shard empty. */
    async function begunAnew(prepare: (bench: Bench) => number): Promise<{ bench: Bench; done: Promise<void>; next: number }> {
      const bench = new Bench();
      bench.append(0, bench.append(0, 0));
      const done = bench.run();
      done.catch(() => undefined);
      await eventually(() => expect(bench.read).toEqual([1, 2]));
      const next = prepare(bench);
      await bench.clock.pass(1000);
      return { bench, done, next };
    }
    const holes = ({ news }: Bench) => news.filter(({ kind }) => kind === 'hole');

    test('goes on where all before it has really gone', async () => {
      const { bench, done, next } = await begunAnew((it) => {
        it.storage.forget(0);
        return it.append(0, it.append(0, 0));
      });
      await eventually(() => expect(bench.read).toEqual([1, 2, 3, next]));
      expect(holes(bench)).toEqual([]);
      bench.ended.abort();
      await done;
    });

    test.each<[string, (bench: Bench) => number]>([
      [
        'something of the stream had gone before it was read',
        (it) => {
          it.append(0, 2);
          it.storage.forget(0);
          return it.append(0, 0);
        },
      ],
      [
        'the shard went on and what it had not read has gone',
        (it) => {
          const appended = it.append(0, it.append(0, it.append(0, 2)));
          it.storage.ageOut(0, appended);
          return appended;
        },
      ],
    ])('goes on, and says that there is a hole, where %s', async (_, unread) => {
      const { bench, done, next } = await begunAnew((it) => {
        it.log.setConnected(false);
        const appended = unread(it);
        it.log.setConnected(true);
        return appended;
      });
      await eventually(() => expect(bench.read).toEqual([1, 2, next]));
      expect(holes(bench)).toEqual([{ kind: 'hole', shard: 0, sequence: next }]);
      bench.ended.abort();
      await done;
    });

    test('waits where the log cannot say whether it has gone', async () => {
      const { bench, done, next } = await begunAnew((it) => {
        it.storage.forget(0);
        it.readable = false;
        return it.append(0, 0);
      });
      await eventually(() => expect(bench.news.at(-1)).toMatchObject({ kind: 'failed' }));
      expect(bench.read).toEqual([1, 2]);
      bench.readable = true;
      await bench.clock.pass(5000);
      await eventually(() => expect(bench.read).toEqual([1, 2, next]));
      bench.ended.abort();
      await done;
    });

    test('stops where what was read is still in the log: somebody wrote past the fence', async () => {
      const bench = new Bench();
      bench.append(0, bench.append(0, 0));
      const known = await bench.log.read(0, 0, 2);
      const done = bench.run(async function* () {
        yield* known;
        await bench.clock.pass(200);
        yield { sequence: 3, shard: 0, expected: 0, bytes: Uint8Array.of(1) };
      });
      await expect(done).rejects.toBeInstanceOf(ChainBroken);
      expect(bench.read).toEqual([1, 2]);
    });
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
