import { expect, test } from '@jest/globals';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { MemorySnapshotStorage, MemorySnapshotStore } from './snapshot-store.memory.js';
import { SnapshotsUnavailable } from './snapshot-store.js';

snapshotStoreContract('memory', async (clock) => ({
  store: new MemorySnapshotStore(new MemorySnapshotStorage(), clock),
  close: async () => undefined,
}));

test('a memory snapshot store rejects while it is away', async () => {
  const storage = new MemorySnapshotStorage();
  const store = new MemorySnapshotStore(storage);
  storage.available = false;
  await expect(store.newest(1)).rejects.toBeInstanceOf(SnapshotsUnavailable);
  await expect(store.putChunk(1, 'a', 0, Uint8Array.of(1))).rejects.toBeInstanceOf(SnapshotsUnavailable);
});
