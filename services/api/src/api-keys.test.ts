import { hashApiKey } from '@plaza/kit';
import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '@plaza/testkit';
import { ApiKeys } from './api-keys.js';
import { MemoryKeys } from './keys.memory.js';
import { everything } from './scopes.js';

const [stored, clock] = [new MemoryKeys(), new FakeClock()];
const keys = new ApiKeys([hashApiKey('first-key'), hashApiKey('dev-second-key')], stored, clock);

describe('API keys', () => {
  test('are found by their number, with and without the mark of development', () => {
    expect(keys.find('Bearer first-key')).toEqual({ name: 'root-0', scopes: [everything] });
    expect(keys.find('bearer  dev-second-key')).toEqual({ name: 'root-1', scopes: [everything] });
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer third-key',
    'first-key',
    'Basic first-key',
    'Bearer first-key more',
    'Bearer first-keyé',
    `Bearer ${'k'.repeat(257)}`,
    `Bearer ${hashApiKey('first-key')}`,
  ])('%p opens nothing', async (header) => expect(await keys.find(header)).toBeUndefined());
});
