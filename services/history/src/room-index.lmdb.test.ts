import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { roomIndexContract } from './room-index.contract.js';
import { LmdbRoomIndex } from './room-index.lmdb.js';

roomIndexContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { index: new LmdbRoomIndex(store), close: () => store.close() };
});
