import { expect, test } from '@jest/globals';
import { widest } from './places.js';

test('a room is as far behind as the last of its sockets, whichever process has it', () => {
  const first = widest([
    ['a', { least: 7, most: 7 }],
    ['b', { least: 3, most: 3 }],
    ['a', { least: 9, most: 9 }],
  ]);
  expect([...widest([...first, ['a', { least: 8, most: 12 }], ['c', { least: 0, most: 0 }]])]).toEqual([
    ['a', { least: 7, most: 12 }],
    ['b', { least: 3, most: 3 }],
    ['c', { least: 0, most: 0 }],
  ]);
});
