import { openStore } from '@plaza/kit/lmdb';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '@plaza/testkit';
import { auditContract } from './audit.contract.js';
import { act, first, following } from './audit.fixture.js';
import { LmdbAudit } from './audit.lmdb.js';

auditContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { audit: new LmdbAudit(store), other: new LmdbAudit(store), close: () => store.close() };
});

test('an lmdb audit log is there after it was closed and opened', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { entries, to } = following(0, first, [act(1), act(2)]);
  const audit = new LmdbAudit(store);
  await audit.append(0, first, entries, to);
  await store.close();
  const again = openStore(folder);
  expect(await new LmdbAudit(again).head(0)).toEqual(to);
  expect(await new LmdbAudit(again).read(0, 0, 10)).toEqual(entries);
  await again.close();
});
