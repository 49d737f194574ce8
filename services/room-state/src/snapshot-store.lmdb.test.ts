import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { LmdbSnapshotStore } from './snapshot-store.lmdb.js';

snapshotStoreContract('lmdb', async (clock) => {
  const store = openStore(temporaryFolder());
  return { store: new LmdbSnapshotStore(store, clock), close: () => store.close() };
});
