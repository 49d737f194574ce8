import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { projectionContract } from './projection.contract.js';
import { LmdbProjection } from './projection.lmdb.js';

projectionContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { first: new LmdbProjection(store), second: new LmdbProjection(store), close: () => store.close() };
});
