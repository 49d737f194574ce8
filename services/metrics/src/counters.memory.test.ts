import { expect, test } from '@jest/globals';
import { countersContract } from './counters.contract.js';
import { MemoryCounters, MemoryCountersStorage } from './counters.memory.js';
import { CountersUnavailable, uncounted } from './counters.js';

countersContract('memory', async () => {
  const storage = new MemoryCountersStorage();
  return { first: new MemoryCounters(storage), second: new MemoryCounters(storage), close: async () => undefined };
});

test('memory counters reject while they are away, and can go back in time', async () => {
  const storage = new MemoryCountersStorage();
  const counters = new MemoryCounters(storage);
  await counters.add(0, 0, { ...uncounted, cursor: 5 }, []);
  const goBack = storage.copy();
  await counters.add(0, 5, { ...uncounted, cursor: 6 }, []);
  storage.available = false;
  await expect(counters.counted(0)).rejects.toBeInstanceOf(CountersUnavailable);
  await expect(counters.add(0, 6, uncounted, [])).rejects.toBeInstanceOf(CountersUnavailable);
  storage.available = true;
  expect((await counters.counted(0)).cursor).toBe(6);
  goBack();
  expect((await counters.counted(0)).cursor).toBe(5);
});
