import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { countersContract } from './counters.contract.js';
import { LmdbCounters } from './counters.lmdb.js';

countersContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { first: new LmdbCounters(store), second: new LmdbCounters(store), close: () => store.close() };
});
