import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { renderOverlay } from './render.js';
import { secretMistakes } from './secrets.js';

const prod = renderOverlay(join(import.meta.dirname, '../../kubernetes/overlays/prod'));
const right: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'plaza-tokens': { 'token-secret': 't'.repeat(40) },
  'plaza-api': { 'api-keys': 'a'.repeat(64) },
  'plaza-nats': { password: 'n'.repeat(24) },
  'plaza-redis': { url: 'redis://:r@redis:6379' },
};
const mistakes = (secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<string[]> =>
  secretMistakes(prod, (name) => Promise.resolve(secrets[name]));

test('right ones are no mistake, and those that may be missing may be missing', async () => {
  expect(await mistakes(right)).toEqual([]);
});

test('a Secret that is not there is named once a variable', async () => {
  expect(await mistakes({ ...right, 'plaza-nats': {} })).toEqual([
    'Secret plaza-nats, key password (PLAZA_NATS_PASSWORD): it is not there',
  ]);
});

test.each([
  ['plaza-tokens', { 'token-secret': 'short' }, /PLAZA_TOKEN_SECRET.*at least 32 characters/],
  ['plaza-tokens', { 'token-secret': `dev-${'x'.repeat(40)}` }, /PLAZA_TOKEN_SECRET is a development secret/],
  ['plaza-tokens', { 'token-secret': `${'x'.repeat(40)}\n` }, /ends with blanks or a line break/],
  ['plaza-api', { 'api-keys': 'my-key' }, /PLAZA_API_KEYS.*64 hex digits/],
])('%s %j', async (name, keys, expected) => {
  const found = await mistakes({ ...right, [name]: keys });
  expect(found.join('\n')).toMatch(expected);
  expect(found.join('\n')).not.toContain(Object.values(keys)[0]?.trim());
});
