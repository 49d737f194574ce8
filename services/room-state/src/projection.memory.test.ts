import { describe, expect, test } from '@jest/globals';
import { parseRoomId } from '@plaza/domain';
import { projectionContract } from './projection.contract.js';
import { MemoryProjection, MemoryProjectionStorage } from './projection.memory.js';
import { ProjectionUnavailable } from './projection.js';

projectionContract('memory', async () => {
  const storage = new MemoryProjectionStorage();
  return { first: new MemoryProjection(storage), second: new MemoryProjection(storage), close: async () => undefined };
});

describe('memory projection', () => {
  test('rejects while it is away and has everything when it is back', async () => {
    const storage = new MemoryProjectionStorage();
    const projection = new MemoryProjection(storage);
    await projection.write(1, undefined, 7, [{ room: parseRoomId('a')!, slots: [{ name: 'head', value: Uint8Array.of(1) }], dueMs: 0 }]);
    storage.available = false;
    await expect(projection.cursor(1)).rejects.toBeInstanceOf(ProjectionUnavailable);
    await expect(projection.write(1, 7, 8, [])).rejects.toBeInstanceOf(ProjectionUnavailable);
    storage.available = true;
    expect(await projection.cursor(1)).toBe(7);
  });

  test('forgets everything when it is cleared', async () => {
    const storage = new MemoryProjectionStorage();
    const projection = new MemoryProjection(storage);
    await projection.write(1, undefined, 7, []);
    storage.clear();
    expect(await projection.cursor(1)).toBeUndefined();
  });
});
