import { expect, test } from '@jest/globals';
import { openStore } from '@plaza/kit/lmdb';
import { temporaryFolder } from '@plaza/testkit';
import { deadLettersContract } from './dead-letters.contract.js';
import { LmdbDeadLetters } from './dead-letters.lmdb.js';
import { letterId, type DeadLetter } from './dead-letters.js';

deadLettersContract('lmdb', async () => {
  const store = openStore(temporaryFolder());
  return { letters: new LmdbDeadLetters(store), close: () => store.close() };
});

test('lmdb lets go of what was buried before a moment', async () => {
  const store = openStore(temporaryFolder());
  const letters = new LmdbDeadLetters(store);
  const rest: Omit<DeadLetter, 'id'> = { endpoint: 'e', room: 'r', from: 1, to: 1, events: 1, attempts: 1, lastError: '', body: '[]' };
  for (const ms of [1000, 2000]) await letters.bury({ ...rest, id: letterId(ms, '00000000') });
  await letters.trim(2000);
  expect(await letters.find('e', letterId(1000, '00000000'))).toBeUndefined();
  expect(await letters.find('e', letterId(2000, '00000000'))).toBeDefined();
  await store.close();
});
