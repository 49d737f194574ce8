import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Record } from '@plaza/proto/log';
import { eventually } from '@plaza/testkit';
import { verifyChain } from './chain.js';
import type { AppendAnswer, Log, StoredRecord } from './log.js';
import { recordIdOf } from './record.js';

/** Two processes' views of one log with 8 shards in 2 streams. */
export interface LogSetup {
  readonly first: Log;
  readonly second: Log;
  close(): Promise<void>;
}

const waitMs = 5000;
const none = new AbortController().signal;

export const recordOf = (id: string, padding = 0): Uint8Array =>
  Record.encode(Record.fromPartial({ id, epoch: 1, batches: [{ room: 'r'.repeat(padding) }] })).finish();

export const storedAt = (answer: AppendAnswer): number => {
  if (answer.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(answer)}`);
  return answer.sequence;
};

/** Appends records one after another, each following the one before. */
export async function appendAll(log: Log, shard: number, ids: readonly string[], after = 0): Promise<number[]> {
  const sequences: number[] = [];
  for (const id of ids) sequences.push(storedAt(await log.tryAppend(shard, sequences.at(-1) ?? after, recordOf(id), waitMs)));
  return sequences;
}

/** The first records that a follower is given; then it is ended. */
export async function take(log: Log, stream: number, from: number, count: number, taken: StoredRecord[] = []): Promise<StoredRecord[]> {
  const stop = new AbortController();
  for await (const record of log.follow(stream, from, stop.signal)) {
    taken.push(record);
    if (taken.length === count) stop.abort();
  }
  return taken;
}

export const idsOf = (records: readonly StoredRecord[]): string[] => records.map((record) => recordIdOf(record.bytes));

/** What every Log promises, whatever it is made of. `setup` gives a fresh, empty log. */
export function logContract(name: string, setup: () => Promise<LogSetup>): void {
  describe(`log contract: ${name}`, () => {
    let given: LogSetup;
    let log: Log;
    beforeEach(async () => {
      given = await setup();
      log = given.first;
    });
    afterEach(() => given.close());

    test('stores a record that follows the newest one, and says its sequence', async () => {
      const [a, b] = (await appendAll(log, 3, ['a', 'b'])) as [number, number];
      expect(a).toBeGreaterThan(0);
      expect(b).toBeGreaterThan(a);
      expect(await log.at(3, b)).toMatchObject({ sequence: b, shard: 3, expected: a });
    });

    test('refuses a wrong expectation with the newest sequence, and stores nothing', async () => {
      const [a, b] = (await appendAll(log, 3, ['a', 'b'])) as [number, number];
      for (const wrong of [0, a, b + 1, b + 1000])
        expect(await given.second.tryAppend(3, wrong, recordOf('x'), waitMs)).toEqual({ kind: 'wrong-last', last: b });
      expect(idsOf(await log.read(3, 0, 10))).toEqual(['a', 'b']);
    });

    test('says 0 of a shard without records, even when its stream has some', async () => {
      await appendAll(log, 3, ['a']);
      expect(await log.tryAppend(5, 1, recordOf('x'), waitMs)).toEqual({ kind: 'wrong-last', last: 0 });
    });

    test('stores one of two writers with one expectation, again and again', async () => {
      let last = 0;
      for (let round = 0; round < 30; round++) {
        const writers = [given.first, given.second, given.first, given.second];
        const answers = await Promise.all(writers.map((writer, i) => writer.tryAppend(1, last, recordOf(`${round}.${i}`), waitMs)));
        const stored = answers.filter((answer) => answer.kind === 'stored');
        expect(stored).toHaveLength(1);
        last = storedAt(stored[0]!);
      }
      expect(await log.read(1, 0, 100)).toHaveLength(30);
    });

    test('keeps shards of one stream apart in fence and read, together in sequence and follow', async () => {
      const [a] = (await appendAll(log, 2, ['a'])) as [number];
      const [b] = (await appendAll(log, 4, ['b'])) as [number];
      const [c] = (await appendAll(log, 2, ['c'], a)) as [number];
      expect(b).toBeGreaterThan(a);
      expect(c).toBeGreaterThan(b);
      expect(idsOf(await log.read(2, 0, 10))).toEqual(['a', 'c']);
      expect(await log.at(2, b)).toMatchObject({ shard: 4 });
      expect(idsOf(await take(log, 0, 0, 3))).toEqual(['a', 'b', 'c']);
    });

    test('gives records in buffers of their own, which keep nothing else in memory', async () => {
      const [a] = (await appendAll(log, 3, ['a', 'b', 'c'])) as [number];
      const records = [await log.at(3, a), ...(await log.read(3, 0, 10)), ...(await take(log, 3 % log.streams, 0, 3))];
      expect(records).toHaveLength(7);
      for (const record of records) expect(record!.bytes.buffer.byteLength - record!.bytes.length).toBeLessThan(32);
    });

    test('has nothing at a sequence that is not there', async () => {
      await appendAll(log, 3, ['a']);
      expect(await log.at(3, 4711)).toBeUndefined();
      expect(await log.at(2, 1)).toBeUndefined();
    });

    test('reads from a sequence on, at most as many as asked', async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `r${i}`);
      const sequences = await appendAll(log, 3, ids);
      expect(idsOf(await log.read(3, sequences[5]!, 4))).toEqual(ids.slice(5, 9));
      expect(idsOf(await log.read(3, sequences[5]! + 1, 100))).toEqual(ids.slice(6));
      expect(await log.read(3, sequences[19]! + 1, 10)).toEqual([]);
      expect(await log.read(7, 0, 10)).toEqual([]);
    });

    test('gives the bytes as they were, for good, whatever their size', async () => {
      const sizes = [0, 1, 1000, 70_000, 300_000];
      let last = 0;
      for (const size of sizes) {
        const bytes = recordOf(`s${size}`, size);
        last = storedAt(await log.tryAppend(3, last, bytes, waitMs));
        bytes.fill(0);
      }
      const records = await log.read(3, 0, 10);
      await log.read(3, 0, 10);
      for (const [i, size] of sizes.entries()) expect(Buffer.compare(records[i]!.bytes, recordOf(`s${size}`, size))).toBe(0);
    });

    test('stops a read at about 4 MiB, so that the next one goes on', async () => {
      let last = 0;
      for (let i = 0; i < 24; i++) last = storedAt(await log.tryAppend(3, last, recordOf(`b${i}`, 250_000), waitMs));
      const first = await log.read(3, 0, 100);
      expect(first.length).toBeGreaterThan(8);
      expect(first.length).toBeLessThan(24);
      const all = [...first];
      while (all.length < 24) all.push(...(await log.read(3, all.at(-1)!.sequence + 1, 100)));
      expect(idsOf(all)).toEqual(Array.from({ length: 24 }, (_, i) => `b${i}`));
    });

    test('names each predecessor, so that a reader can prove that nothing is missing', async () => {
      await appendAll(log, 2, ['a', 'b', 'c']);
      await appendAll(log, 4, ['d', 'e']);
      for (const shard of [2, 4]) {
        let previous = 0;
        for (const record of await log.read(shard, 0, 10)) {
          verifyChain(previous, record);
          previous = record.sequence;
        }
      }
    });

    test('follows: what is there, then what comes, each once and in order', async () => {
      const [, b] = (await appendAll(log, 3, ['a', 'b', 'c'])) as [number, number];
      const taken: StoredRecord[] = [];
      const follower = take(given.second, 1, b, 2 + 300, taken);
      await eventually(() => expect(taken).toHaveLength(2));
      const rest = Array.from({ length: 300 }, (_, i) => `l${i}`);
      await appendAll(log, 3, rest, taken[1]!.sequence);
      expect(idsOf(await follower)).toEqual(['b', 'c', ...rest]);
    });

    test('ends a follower that waits, by its signal and by close', async () => {
      const stop = new AbortController();
      const drained = async (signal: AbortSignal): Promise<number> => {
        let count = 0;
        for await (const record of log.follow(0, 0, signal)) count += record.sequence > 0 ? 1 : 0;
        return count;
      };
      const byBreak = drained(stop.signal);
      const byClose = drained(none);
      stop.abort();
      expect(await byBreak).toBe(0);
      await log.close();
      expect(await byClose).toBe(0);
    });

    test('answers unclear and rejects reads once closed', async () => {
      await log.close();
      expect(log.connected).toBe(false);
      expect((await log.tryAppend(3, 0, recordOf('x'), waitMs)).kind).toBe('unclear');
      await expect(log.at(3, 1)).rejects.toThrow(expect.objectContaining({ name: 'LogUnavailable' }));
      await expect(log.read(3, 1, 1)).rejects.toThrow(expect.objectContaining({ name: 'LogUnavailable' }));
    });
  });
}
