import { developmentMistakes, hashApiKey, readConfig } from '@plaza/kit';
import { describe, expect, test } from '@jest/globals';
import { apiExposure, apiMistakes, apiTable } from './config.js';

const env = { PLAZA_API_KEYS: hashApiKey('k'), PLAZA_TOKEN_SECRET: 'x'.repeat(32) };
const mistakesOf = (over: Record<string, string>): string[] => {
  const read = readConfig(apiTable, { ...env, ...over });
  return 'mistakes' in read ? read.mistakes : [];
};

describe('the configuration', () => {
  test('needs the keys and the token secret, and says both at once', () => {
    const read = readConfig(apiTable, {});
    expect(read).toHaveProperty('mistakes', [expect.stringContaining('PLAZA_TOKEN_SECRET'), expect.stringContaining('PLAZA_API_KEYS')]);
  });

  test.each(['secret-key', 'ab12', hashApiKey('k').toUpperCase(), `${hashApiKey('k')},secret-key`, ','])(
    'does not take %p for key hashes, nor repeat it',
    (keys) => {
      const [mistake, ...more] = mistakesOf({ PLAZA_API_KEYS: keys });
      expect(mistake).toMatch(/^PLAZA_API_KEYS: expected/);
      expect(mistake).not.toContain('secret-key');
      expect(more).toEqual([]);
    },
  );

  test('takes several hashes, marked or not', () => {
    expect(mistakesOf({ PLAZA_API_KEYS: `${hashApiKey('a')}, ${hashApiKey('dev-b')}` })).toEqual([]);
  });

  test('gives the demo on loopback only', () => {
    expect(apiMistakes({ demo: true, apiHost: '127.0.0.1' })).toEqual([]);
    expect(apiMistakes({ demo: false, apiHost: '0.0.0.0' })).toEqual([]);
    expect(apiMistakes({ demo: true, apiHost: '0.0.0.0' })).toEqual([expect.stringContaining('PLAZA_DEMO')]);
  });

  test('shows development secrets to the fence, a key among others too', () => {
    const keys = `${hashApiKey('a')},${hashApiKey('dev-b')}`;
    const read = readConfig(apiTable, {
      ...env,
      PLAZA_API_HOST: '0.0.0.0',
      PLAZA_API_KEYS: keys,
      PLAZA_TOKEN_SECRET: `dev-${'x'.repeat(32)}`,
    });
    if ('mistakes' in read) throw new Error('the configuration is right');
    const { host, secrets } = apiExposure(read.config);
    expect(developmentMistakes(host, secrets)).toHaveLength(2);
  });
});
