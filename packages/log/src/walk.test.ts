import { expect, test } from '@jest/globals';
import type { Log, StoredRecord } from './log.js';
import { walkStream } from './walk.js';

const record = (sequence: number, shard: number, expected: number): StoredRecord => ({
  sequence,
  shard,
  expected,
  bytes: new Uint8Array(0),
});

/** A log that has these records and then waits, as a log does. */
const logOf = (records: readonly StoredRecord[]): Log =>
  ({
    async *follow(_stream: number, _from: number, signal: AbortSignal) {
      yield* records;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  }) as unknown as Log;
const walk = (records: readonly StoredRecord[], through: number, told: number[] = []) =>
  walkStream({ log: logOf(records), stream: 0, through, on: (sequence) => told.push(sequence), silenceMs: 50 });

test('goes along all shards to the newest record, and tells where it is', async () => {
  const told: number[] = [];
  expect(await walk([record(7, 0, 3), record(8, 4, 0), record(9, 0, 7)], 9, told)).toEqual({ records: 3, last: 9 });
  expect(told).toEqual([7, 8, 9]);
});

test('a record that is missing in between, or after a record of its shard, breaks it off', async () => {
  await expect(walk([record(7, 0, 3), record(9, 0, 8)], 9)).rejects.toThrow('follows 8, but the last one read is 7');
  await expect(walk([record(7, 0, 3), record(9, 4, 0)], 8)).rejects.toThrow('the record at 9');
});

test('an end that does not come is not waited for for ever', async () => {
  await expect(walk([record(7, 0, 3)], 8)).rejects.toThrow('gave 1 records, and not the one at 8');
});
