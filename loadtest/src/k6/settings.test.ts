import { describe, expect, test } from '@jest/globals';
import { settingsOf, variableOf } from './settings.js';

const env = { PLAZA_K6_URLS: 'ws://10.0.0.1:7401/v1/connect', PLAZA_K6_API: 'http://10.0.0.2:8080/', PLAZA_K6_KEY: 'secret-key' };

test.each([
  ['lagP95', 'PLAZA_K6_LAG_P95'],
  ['socketsPerVu', 'PLAZA_K6_SOCKETS_PER_VU'],
  ['urls', 'PLAZA_K6_URLS'],
])('%s is told by %s', (name, variable) => {
  expect(variableOf(name)).toBe(variable);
});

describe('settings', () => {
  test('take what the script usually does, and what the environment says over it', () => {
    const settings = settingsOf({ ...env, PLAZA_K6_SOCKETS: '7', PLAZA_K6_SECONDS: '' }, { sockets: 500, seconds: 9 });
    expect(settings).toMatchObject({ sockets: 7, seconds: 9, rate: 10, api: 'http://10.0.0.2:8080', dropBy: 'clients', name: 'k6' });
  });

  test('know several edges', () => {
    expect(settingsOf({ ...env, PLAZA_K6_URLS: 'ws://a:1/v1/connect, wss://b/v1/connect' }).urls).toEqual([
      'ws://a:1/v1/connect',
      'wss://b/v1/connect',
    ]);
  });

  test.each([
    [{ PLAZA_K6_URLS: '' }, 'PLAZA_K6_URLS is missing'],
    [{ PLAZA_K6_URLS: 'http://a' }, 'PLAZA_K6_URLS is http://a'],
    [{ PLAZA_K6_URLS: 'ws://a/x,b' }, 'PLAZA_K6_URLS: each has to begin with ws://'],
    [{ PLAZA_K6_API: 'localhost' }, 'PLAZA_K6_API is localhost'],
    [{ PLAZA_K6_KEY: ' ' }, 'PLAZA_K6_KEY is missing'],
    [{ PLAZA_K6_SOCKETS: 'many' }, 'PLAZA_K6_SOCKETS is many: expected a number from 1'],
    [{ PLAZA_K6_RATE: '0' }, 'PLAZA_K6_RATE is 0'],
    [{ PLAZA_K6_NAME: 'a room' }, 'PLAZA_K6_NAME is a room'],
    [{ PLAZA_K6_DROP_BY: 'me' }, 'PLAZA_K6_DROP_BY is me: expected clients or outside'],
  ])('%j are refused by name', (change, why) => {
    expect(() => settingsOf({ ...env, ...change })).toThrow(why);
  });

  test('tell every mistake at once and no key', () => {
    const mistake = (): unknown => settingsOf({ ...env, PLAZA_K6_SOCKETS: '0', PLAZA_K6_LAG_P95: 'x' });
    expect(mistake).toThrow(/PLAZA_K6_SOCKETS[\s\S]*PLAZA_K6_LAG_P95/);
    expect(mistake).not.toThrow(/secret-key/);
  });
});
