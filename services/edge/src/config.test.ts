import { expect, test } from '@jest/globals';
import { readConfig } from '@plaza/kit';
import { edgeTable } from './config.js';

test('by default a drain has the time that as many sockets need as an edge takes', () => {
  const read = readConfig(edgeTable, { PLAZA_TOKEN_SECRET: 'x'.repeat(40) });
  if ('mistakes' in read) throw new Error(read.mistakes.join('; '));
  const { drainMs, drainPerSecond, maxConnections } = read.config;
  expect((drainMs / 1000) * drainPerSecond).toBeGreaterThanOrEqual(maxConnections);
});
