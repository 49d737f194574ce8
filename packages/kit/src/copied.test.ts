import { expect, test } from '@jest/globals';
import { copied } from './copied.js';

test('a copy of a part of a Buffer keeps nothing of the rest', () => {
  const part = Buffer.alloc(1000, 7).subarray(10, 20);
  const copy = copied(part);
  part.fill(0);
  expect(copy).toEqual(new Uint8Array(10).fill(7));
  expect(copy.buffer.byteLength).toBe(10);
});
