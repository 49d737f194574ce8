import { describe, expect, test } from '@jest/globals';
import { openStore } from '@plaza/kit/lmdb';
import { FakeClock, temporaryFolder } from '@plaza/testkit';
import { appendAll, idsOf, logContract, recordOf, storedAt, take } from './log.contract.js';
import { LmdbLog } from './log.lmdb.js';

const size = { shards: 8, streams: 2 };
const commit = { ...size, fsync: 'commit' } as const;

for (const fsync of ['commit', 'always'] as const)
  logContract(`lmdb, fsync ${fsync}`, () => {
    const store = openStore(temporaryFolder());
    const log = LmdbLog.open(store, { ...size, fsync });
    const close = async (): Promise<void> => {
      await log.close();
      await store.close();
    };
    return Promise.resolve({ first: log, second: log, close });
  });

describe('an lmdb log', () => {
  test('has everything again when its folder is opened again, and goes on above it', async () => {
    const folder = temporaryFolder();
    const before = openStore(folder);
    const [a, b] = (await appendAll(LmdbLog.open(before, commit), 3, ['a', 'b'])) as [number, number];
    await before.close();
    const after = openStore(folder);
    const log = LmdbLog.open(after, commit);
    expect(await log.tryAppend(3, a, recordOf('x'), 1000)).toEqual({ kind: 'wrong-last', last: b });
    expect(storedAt(await log.tryAppend(3, b, recordOf('c'), 1000))).toBeGreaterThan(b);
    expect(idsOf(await log.read(3, 0, 10))).toEqual(['a', 'b', 'c']);
    await after.close();
  });

  test('fences two views of one store, as two processes have them', async () => {
    const store = openStore(temporaryFolder());
    const [one, two] = [LmdbLog.open(store, commit), LmdbLog.open(store, commit)];
    const answers = await Promise.all([one, two].map((log) => log.tryAppend(3, 0, recordOf('x'), 1000)));
    expect(answers.map((answer) => answer.kind).sort()).toEqual(['stored', 'wrong-last']);
    await store.close();
  });

  test('trims what is old, but keeps the newest record of each shard', async () => {
    const store = openStore(temporaryFolder());
    const clock = new FakeClock();
    const log = LmdbLog.open(store, { ...commit, clock });
    const idle = await appendAll(log, 2, ['idle-1', 'idle-2']);
    const many = Array.from({ length: 600 }, (_, i) => `old-${i}`);
    const old = await appendAll(log, 4, many);
    clock.advance(3_600_000);
    const young = await appendAll(log, 4, ['young-1', 'young-2'], old.at(-1));
    await log.trim(clock.now() - 1000);
    expect(idsOf(await log.read(4, 0, 1000))).toEqual(['young-1', 'young-2']);
    expect(idsOf(await log.read(2, 0, 10))).toEqual(['idle-2']);
    expect(await log.at(2, idle[0]!)).toBeUndefined();
    expect(idsOf(await take(log, 0, 0, 3))).toEqual(['idle-2', 'young-1', 'young-2']);
    expect(await log.tryAppend(4, old.at(-1)!, recordOf('x'), 1000)).toEqual({ kind: 'wrong-last', last: young[1] });
    await log.trim(clock.now() + 1);
    expect(idsOf(await log.read(4, 0, 10))).toEqual(['young-2']);
    await store.close();
  });
});
