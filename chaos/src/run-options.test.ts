import { expect, test } from '@jest/globals';
import { readOptions } from './run-options.js';

test('a run without options has a seed of its own and a folder that names it', () => {
  const { seed, folder, minutes, faults } = readOptions([], 1_700_000_123_456);
  expect({ seed, minutes, faults }).toEqual({ seed: 123_456, minutes: 10, faults: [] });
  expect(folder).toMatch(/plaza-chaos-123456-1700000123456$/);
});

test('options are read, and what is not possible is refused in words', () => {
  expect(readOptions(['--seed', '7', '--minutes', '2', '--faults', 'kill-redis,redis-emptied'], 1)).toMatchObject({
    seed: 7,
    minutes: 2,
    faults: ['kill-redis', 'redis-emptied'],
  });
  expect(() => readOptions(['--seed', 'x'], 1)).toThrow('--seed x: expected a whole number');
  expect(() => readOptions(['--rate', '0'], 1)).toThrow('--rate 0: expected 1 to 10000');
});
