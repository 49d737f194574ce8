import { hashApiKey } from '@plaza/kit';
import { describe, expect, test } from '@jest/globals';
import { ApiKeys } from './api-keys.js';

const keys = new ApiKeys([hashApiKey('first-key'), hashApiKey('dev-second-key')]);

describe('API keys', () => {
  test('are found by their number, with and without the mark of development', () => {
    expect(keys.find('Bearer first-key')).toBe(0);
    expect(keys.find('bearer  dev-second-key')).toBe(1);
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
  ])('%p opens nothing', (header) => expect(keys.find(header)).toBeUndefined());
});
