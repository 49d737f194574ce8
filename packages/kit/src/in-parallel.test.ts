import { expect, test } from '@jest/globals';
import { inParallel } from './in-parallel.js';

test('runs so many at a time and begins nothing after a failure', async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const run = inParallel([0, 1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    begun.push(item);
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    if (item === 2) throw new Error('away');
  });
  await expect(run).rejects.toThrow('away');
  expect(most).toBe(3);
  expect(begun.length).toBeLessThan(8);
});

test('answers in the order of the items, whichever ends first', async () => {
  const ends = new Map<number, () => void>();
  const run = inParallel([0, 1, 2, 3], 4, (item) => new Promise<string>((resolve) => ends.set(item, () => resolve(`item ${item}`))));
  for (const item of [2, 0, 3, 1]) ends.get(item)!();
  expect(await run).toEqual(['item 0', 'item 1', 'item 2', 'item 3']);
});
