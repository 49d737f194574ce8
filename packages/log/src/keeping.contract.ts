import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '@plaza/kit';
import { eventually, quietLogger } from '@plaza/testkit';
import type { LogKeeping } from './keeping.js';
import { appendAll, idsOf } from './log.contract.js';
import type { Log } from './log.js';
import { runReader } from './reader.js';

export interface KeepingSetup {
  readonly log: Log;
  readonly keeping: LogKeeping;
  /** The age of which records go when nobody has said anything else, ms. */
  readonly usualMs: number;
  /** Whether the newest record of a shard stays whatever its age. */
  readonly keepsNewest: boolean;
  /** Lets time go by, where it is not real. */
  pass(ms: number): void;
  close(): Promise<void>;
}

/** What every LogKeeping promises. `setup` gives a fresh, empty log with 8 shards in 2 streams. */
export function keepingContract(name: string, setup: () => Promise<KeepingSetup>): void {
  describe(`log keeping contract: ${name}`, () => {
    let given: KeepingSetup;
    beforeEach(async () => {
      given = await setup();
    });
    afterEach(() => given.close());

    const idsIn = async (shard: number): Promise<string[]> => idsOf(await given.log.read(shard, 0, 10));

    test('tells when the oldest record after a sequence was written, of the stream and of a shard', async () => {
      const { log, keeping } = given;
      const [a, b] = (await appendAll(log, 2, ['a', 'b'])) as [number, number];
      given.pass(1000);
      const [c] = (await appendAll(log, 4, ['c'])) as [number];
      const { nowMs } = await keeping.moment(0);
      const first = (await keeping.writtenAfter(0, 0))!;
      const last = (await keeping.writtenAfter(0, b))!;
      expect(first).toBeLessThanOrEqual(last);
      expect(nowMs - first).toBeLessThan(60_000);
      expect(nowMs).toBeGreaterThanOrEqual(last);
      expect(await keeping.writtenAfter(0, 0, 4)).toBe(last);
      expect(await keeping.writtenAfter(0, a, 2)).toBeDefined();
      expect(await keeping.writtenAfter(0, b, 2)).toBeUndefined();
      expect(await keeping.writtenAfter(0, c)).toBeUndefined();
      expect(await keeping.writtenAfter(1, 0)).toBeUndefined();
    });

    test('knows the newest record of a stream, whichever of its shards that is of', async () => {
      const { log, keeping } = given;
      expect((await keeping.moment(0)).last).toBe(0);
      await appendAll(log, 2, ['a', 'b']);
      const [c] = (await appendAll(log, 4, ['c'])) as [number];
      expect((await keeping.moment(0)).last).toBe(c);
      expect((await keeping.moment(1)).last).toBe(0);
    });

    test('says how much a stream holds', async () => {
      const before = (await given.keeping.moment(1)).bytes;
      await appendAll(
        given.log,
        3,
        Array.from({ length: 200 }, (_, i) => `record-${i}`),
      );
      expect((await given.keeping.moment(1)).bytes).toBeGreaterThan(before);
    });

    test('keeps what is older than usual where it was told to, drops it elsewhere, and drops it there too when told', async () => {
      const { log, keeping, usualMs } = given;
      // The newest record of a shard may stay for good: it is the ones before it that count.
      await appendAll(log, 2, ['held', 'held-last']);
      await appendAll(log, 3, ['free', 'free-last']);
      const keep = (heldMs: number): Promise<unknown> => Promise.all([keeping.keepFor(0, heldMs), keeping.keepFor(1, usualMs)]);
      await keep(100 * usualMs);
      given.pass(2 * usualMs);
      await eventually(async () => {
        await keep(100 * usualMs);
        expect(await idsIn(3)).not.toContain('free');
      });
      expect(await idsIn(2)).toEqual(['held', 'held-last']);
      expect(await keeping.writtenAfter(0, 0)).toBeDefined();
      await eventually(async () => {
        await keep(usualMs);
        expect(await idsIn(2)).not.toContain('held');
      });
    });

    test('a reader that runs goes on over a shard of which everything has gone by age, and which was begun anew', async () => {
      const { log, keeping, usualMs } = given;
      const [, b] = (await appendAll(log, 2, ['a', 'b'])) as [number, number];
      const read: string[] = [];
      const news: string[] = [];
      const ends = new AbortController();
      const done = runReader({
        ...{ log, stream: 0, signal: ends.signal, clock: systemClock, logger: quietLogger() },
        work: {
          from: async () => 1,
          handle: async (records) => (read.push(...idsOf(records)), 'done'),
          on: ({ kind }) => void news.push(kind),
        },
      });
      await eventually(() => expect(read).toEqual(['a', 'b']));
      given.pass(2 * usualMs);
      await eventually(async () => {
        await keeping.keepFor(0, usualMs);
        expect(await idsIn(2)).toEqual(given.keepsNewest ? ['b'] : []);
      });
      await keeping.keepFor(0, 1000 * usualMs);
      await appendAll(log, 2, ['c', 'd'], given.keepsNewest ? b : 0);
      await eventually(() => expect(read).toEqual(['a', 'b', 'c', 'd']));
      expect(news).not.toContain('hole');
      ends.abort();
      await done;
    });

    test('drops nothing that is younger', async () => {
      const { log, keeping, usualMs } = given;
      await appendAll(log, 2, ['young', 'younger']);
      await keeping.keepFor(0, 50 * usualMs);
      given.pass(40 * usualMs);
      await keeping.keepFor(0, 50 * usualMs);
      expect(await idsIn(2)).toEqual(['young', 'younger']);
    });
  });
}
