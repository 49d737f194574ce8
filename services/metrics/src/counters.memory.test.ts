import { expect, test } from '@jest/globals';
import { countersContract } from './counters.contract.js';
import { MemoryCounters, MemoryCountersStorage } from './counters.memory.js';
import { CountersUnavailable } from './counters.js';

countersContract('memory', async () => {
  const storage = new MemoryCountersStorage();
  return { first: new MemoryCounters(storage), second: new MemoryCounters(storage), close: async () => undefined };
});

test('memory counters reject while they are away', async () => {
  const storage = new MemoryCountersStorage();
  const counters = new MemoryCounters(storage);
  await counters.add(0, 0, 5, []);
  storage.available = false;
  await expect(counters.cursor(0)).rejects.toBeInstanceOf(CountersUnavailable);
  await expect(counters.add(0, 5, 6, [])).rejects.toBeInstanceOf(CountersUnavailable);
  storage.available = true;
  expect(await counters.cursor(0)).toBe(5);
});
