import { describe, expect, test } from '@jest/globals';
import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { appendAll, idsOf, logContract, recordOf, storedAt } from './log.contract.js';
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
});
