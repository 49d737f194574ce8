import { describe, expect, test } from '@jest/globals';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';
import { StreamReaders } from './stream-readers.js';

function bench() {
  const storage = new MemoryLogStorage({ shards: 4, streams: 4 });
  const read = new Map<number, number[]>();
  const readers = new StreamReaders(
    { log: new MemoryLog(storage), clock: new FakeClock(), logger: quietLogger() },
    {
      from: async (stream) => (read.get(stream)?.at(-1) ?? 0) + 1,
      handle: async (stream, records) => {
        read.set(stream, [...(read.get(stream) ?? []), ...records.map(({ sequence }) => sequence)]);
        return 'done';
      },
      on: () => undefined,
    },
  );
  return { storage, read, readers };
}

describe('readers of a process', () => {
  test('read the assigned streams and no others', async () => {
    const { storage, read, readers } = bench();
    for (let shard = 0; shard < 4; shard++) storage.append(shard, 0, Uint8Array.of(1));
    readers.assign([1, 2]);
    await eventually(() => expect([...read.keys()].sort()).toEqual([1, 2]));
    expect(readers.state(0)).toBeUndefined();
    await eventually(() => expect(readers.state(1)?.through).toBe(1));
    readers.assign([2, 3]);
    expect(readers.state(1)).toBeUndefined();
    await eventually(() => expect(readers.state(3)?.through).toBe(1));
    expect(read.get(2)).toEqual([1]);
    await readers.stop();
    expect(readers.states().size).toBe(0);
  });
});
