import { describe, expect, test } from '@jest/globals';
import { openStore } from '@plaza/kit/lmdb';
import { FakeClock, temporaryFolder } from '@plaza/testkit';
import { keepingContract } from './keeping.contract.js';
import { LmdbKeeping } from './keeping.lmdb.js';
import { appendAll, idsOf, recordOf, take } from './log.contract.js';
import { LmdbLog } from './log.lmdb.js';

function setup() {
  const clock = new FakeClock();
  const store = openStore(temporaryFolder());
  const size = { shards: 8, streams: 2, clock };
  const log = LmdbLog.open(store, { ...size, fsync: 'commit' });
  const close = async (): Promise<void> => {
    await log.close();
    await store.close();
  };
  return {
    clock,
    log,
    keeping: new LmdbKeeping(store, size),
    usualMs: 3_600_000,
    keepsNewest: true,
    pass: (ms: number) => clock.advance(ms),
    close,
  };
}

keepingContract('lmdb', () => Promise.resolve(setup()));

describe('the embedded log', () => {
  test('loses what is old, but keeps the newest record of each shard', async () => {
    const { clock, log, keeping, close } = setup();
    const idle = await appendAll(log, 2, ['idle-1', 'idle-2']);
    const many = Array.from({ length: 600 }, (_, i) => `old-${i}`);
    const old = await appendAll(log, 4, many);
    clock.advance(3_600_000);
    const young = await appendAll(log, 4, ['young-1', 'young-2'], old.at(-1));
    await keeping.keepFor(0, 1000);
    expect(idsOf(await log.read(4, 0, 1000))).toEqual(['young-1', 'young-2']);
    expect(idsOf(await log.read(2, 0, 10))).toEqual(['idle-2']);
    expect(await log.at(2, idle[0]!)).toBeUndefined();
    expect(idsOf(await take(log, 0, 0, 3))).toEqual(['idle-2', 'young-1', 'young-2']);
    expect(await log.tryAppend(4, old.at(-1)!, recordOf('x'), 1000)).toEqual({ kind: 'wrong-last', last: young[1] });
    clock.advance(1);
    await keeping.keepFor(0, 0);
    expect(idsOf(await log.read(4, 0, 10))).toEqual(['young-2']);
    await close();
  });
});
