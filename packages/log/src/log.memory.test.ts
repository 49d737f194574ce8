import { describe, expect, test } from '@jest/globals';
import { appendAll, idsOf, logContract, recordOf, take } from './log.contract.js';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';

const size = { shards: 8, streams: 2 };

logContract('memory', () => {
  const storage = new MemoryLogStorage(size);
  return Promise.resolve({ first: new MemoryLog(storage), second: new MemoryLog(storage), close: () => Promise.resolve() });
});

describe('a memory log', () => {
  test('that lost its connection answers unclear, rejects reads, and its followers go on afterwards', async () => {
    const storage = new MemoryLogStorage(size);
    const [cut, other] = [new MemoryLog(storage), new MemoryLog(storage)];
    const follower = take(cut, 1, 0, 3);
    const [a] = await appendAll(other, 1, ['a']);
    cut.setConnected(false);
    expect(await cut.tryAppend(1, a!, recordOf('x'))).toEqual({ kind: 'unclear', cause: 'disconnected' });
    await expect(cut.at(1, a!)).rejects.toThrow('disconnected');
    await appendAll(other, 1, ['b', 'c'], a);
    cut.setConnected(true);
    expect(idsOf(await follower)).toEqual(['a', 'b', 'c']);
  });

  test('can have a shard age out', async () => {
    const storage = new MemoryLogStorage(size);
    const log = new MemoryLog(storage);
    const [a] = await appendAll(log, 1, ['a']);
    storage.forget(1);
    expect(await log.tryAppend(1, a!, recordOf('b'))).toEqual({ kind: 'wrong-last', last: 0 });
    expect(await log.at(1, a!)).toBeUndefined();
  });
});
