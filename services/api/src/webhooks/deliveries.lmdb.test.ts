import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { deliveriesContract } from './deliveries.contract.js';
import { LmdbDeliveries } from './deliveries.lmdb.js';

deliveriesContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { deliveries: new LmdbDeliveries(store), close: () => store.close() };
});
