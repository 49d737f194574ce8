import { expect, test } from '@jest/globals';
import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { archiveContract } from './archive.contract.js';
import { LmdbArchive } from './archive.lmdb.js';

archiveContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { archive: new LmdbArchive(store), close: () => store.close() };
});

test('an lmdb archive lets old periods go, of both kinds', async () => {
  const store = openStore(temporaryFolder());
  const archive = new LmdbArchive(store);
  const rooms = Array.from({ length: 1200 }, (_, i) => ({ room: `room-${i}`, messages: 1, entries: 0, active: 0 }));
  for (const kind of ['hour', 'day'] as const) {
    for (const startMs of [1000, 2000]) {
      await archive.putRooms({ kind, startMs }, rooms, 1);
      await archive.putTops({ kind, startMs }, 0, { messages: rooms.slice(0, 3), entries: [], active: [] }, 1);
    }
  }
  await archive.trim(2000);
  for (const kind of ['hour', 'day'] as const) {
    expect([...(await archive.series('room-1199', kind, 0, 9999)).keys()]).toEqual([2000]);
    expect((await archive.tops({ kind, startMs: 1000 }, 'messages')).size).toBe(0);
    expect((await archive.tops({ kind, startMs: 2000 }, 'messages')).size).toBe(1);
  }
  await store.close();
});
