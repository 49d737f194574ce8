import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { messageStoreContract } from './message-store.contract.js';
import { LmdbMessageStore } from './message-store.lmdb.js';

messageStoreContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { store: new LmdbMessageStore(store), trims: true, close: () => store.close() };
});
