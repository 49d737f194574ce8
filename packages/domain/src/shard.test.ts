import { describe, expect, test } from '@jest/globals';
import { parseRoomId } from './ids.js';
import { fnv1a, ownerOf, shardOf } from './shard.js';

describe('shard of a room', () => {
  test('is FNV-1a of its id, so that every process and every later version agrees', () => {
    expect(fnv1a('')).toBe(0x811c9dc5);
    expect(fnv1a('foobar')).toBe(0xbf9cf968);
  });

  test('spreads many rooms evenly', () => {
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) counts[shardOf(parseRoomId(`room-${i}`)!, 16)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});

describe('owner of a shard', () => {
  const owners = ['a', 'b', 'c'];

  test('moves only what the missing owner had', () => {
    for (let shard = 0; shard < 256; shard++) {
      const before = ownerOf(String(shard), owners);
      const after = ownerOf(String(shard), ['a', 'c']);
      expect(after).toBe(before === 'b' ? after : before);
    }
  });

  test('is shared evenly', () => {
    const counts = new Map<string | undefined, number>();
    for (let shard = 0; shard < 256; shard++) {
      const owner = ownerOf(String(shard), owners);
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
    for (const owner of owners) expect(counts.get(owner)).toBeGreaterThan(60);
  });

  test('is nobody among none', () => expect(ownerOf('1', [])).toBeUndefined());
});
