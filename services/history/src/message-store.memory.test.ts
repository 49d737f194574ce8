import { expect, test } from '@jest/globals';
import { messageStoreContract } from './message-store.contract.js';
import { MemoryMessageStorage, MemoryMessageStore } from './message-store.memory.js';
import { StoreUnavailable } from './message-store.js';

messageStoreContract('memory', async () => ({ store: new MemoryMessageStore(), trims: true, close: async () => undefined }));

test('a memory message store rejects while it is away', async () => {
  const storage = new MemoryMessageStorage();
  const store = new MemoryMessageStore(storage);
  await store.moveCursor(1, 5);
  storage.available = false;
  await expect(store.cursor(1)).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(store.write([])).rejects.toBeInstanceOf(StoreUnavailable);
  storage.available = true;
  expect(await store.cursor(1)).toBe(5);
});
