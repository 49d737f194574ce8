import { describe, expect, test } from '@jest/globals';
import { ChainBroken, Chains, verifyChain } from './chain.js';
import type { StoredRecord } from './log.js';

const record = (shard: number, sequence: number, expected: number): StoredRecord => ({
  shard,
  sequence,
  expected,
  bytes: new Uint8Array(),
});

describe('the chain of a shard', () => {
  test('holds where each record follows the one read before', () => {
    verifyChain(0, record(1, 5, 0));
    verifyChain(5, record(1, 9, 5));
  });

  test('breaks where a record is missing, and says between what', () => {
    expect(() => verifyChain(5, record(1, 20, 9))).toThrow(ChainBroken);
    expect(() => verifyChain(5, record(1, 20, 9))).toThrow(expect.objectContaining({ shard: 1, sequence: 20, expected: 9, previous: 5 }));
  });

  test('of several shards is followed side by side, each from the first record met', () => {
    const chains = new Chains();
    for (const [shard, sequence, expected] of [
      [1, 10, 4],
      [3, 11, 0],
      [1, 12, 10],
      [3, 13, 11],
    ] as const)
      chains.check(record(shard, sequence, expected));
    expect(() => chains.check(record(1, 20, 15))).toThrow(ChainBroken);
    chains.check(record(1, 14, 12));
    expect(() => chains.check(record(1, 30, 0))).toThrow(ChainBroken);
    chains.begin(record(1, 30, 0));
    chains.check(record(1, 31, 30));
  });
});
