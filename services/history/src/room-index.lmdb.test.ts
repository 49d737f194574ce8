import { expect, test } from '@jest/globals';
import { openStore } from '@plaza/kit/lmdb';
import { FakeClock, temporaryFolder } from '@plaza/testkit';
import { roomIndexContract } from './room-index.contract.js';
import { LmdbRoomIndex } from './room-index.lmdb.js';

roomIndexContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { index: new LmdbRoomIndex(store), close: () => store.close() };
});

test('a room index in lmdb lets traces go when their time is over, those for good never', async () => {
  const clock = new FakeClock();
  const store = openStore(temporaryFolder());
  const index = new LmdbRoomIndex(store, clock);
  const trace = (n: number, untilMs: number) =>
    ({ kind: 'trace', room: `r${n}`, account: 'ann', bucket: untilMs === 0 ? 0 : 5, position: 1, untilMs }) as const;
  await index.apply(Array.from({ length: 2500 }, (_, n) => trace(n, [0, clock.now() + 500, clock.now() + 5000][n % 3]!)));
  clock.advance(1000);
  expect(await index.trim()).toBe(833);
  expect(await index.trim()).toBe(0);
  expect((await index.tracesOf('ann', '', 3000)).rooms).toHaveLength(1667);
  await store.close();
});
