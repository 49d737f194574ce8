import { expect, test } from '@jest/globals';
import { positionAt } from '@plaza/domain';
import { openStore } from '@plaza/kit/lmdb';
import { FakeClock, temporaryFolder } from '@plaza/testkit';
import { messageStoreContract } from './message-store.contract.js';
import { LmdbMessageStore } from './message-store.lmdb.js';

messageStoreContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { store: new LmdbMessageStore(store, { retentionDays: 10 }), trims: true, close: () => store.close() };
});

test('a message store in lmdb keeps the places of removed rows for as long as rows are kept', async () => {
  const clock = new FakeClock();
  const store = openStore(temporaryFolder());
  const messages = new LmdbMessageStore(store, { retentionDays: 10 }, clock);
  const position = positionAt(clock.now());
  const row = (n: number, days: number) => ({
    ...{ room: 'a', bucket: position, position: position + n, timeMs: clock.now(), audience: '', event: Uint8Array.of(1) },
    untilMs: clock.now() + days * 86_400_000,
  });
  const rows = [row(0, 2), row(1, 2), row(2, 10)];
  await messages.write(rows);
  await messages.remove([{ room: 'a', position, bucket: undefined, timeMs: clock.now() }]);
  clock.advance(3 * 86_400_000);
  expect(await messages.trim()).toBe(1);
  await messages.write([rows[0]!]);
  expect(await messages.page({ room: 'a', before: undefined, after: undefined, limit: 9 })).toHaveLength(1);
  clock.advance(8 * 86_400_000);
  expect(await messages.trim()).toBe(2);
  await store.close();
});
