import { describe, expect, test } from '@jest/globals';
import { k6Options } from './options.js';

const there = ['--url', 'ws://a:1/v1/connect', '--api', 'http://a:2', '--key', 'k'];

describe('npm run k6', () => {
  test('without a URL is on a cluster of its own, whose edge it ends itself', () => {
    const options = k6Options(['reconnect-storm', '--sockets', '40', '--lag-p95', '300']);
    expect(options).toMatchObject({ scenario: 'reconnect-storm', urls: undefined, kill: undefined });
    expect(options).toHaveProperty('env.PLAZA_K6_SOCKETS', '40');
    expect(options).toHaveProperty('env.PLAZA_K6_LAG_P95', '300');
    expect(options).toHaveProperty('env.PLAZA_K6_DROP_BY', 'outside');
  });

  test('on another cluster lets the clients drop their connections, or a command end an edge', () => {
    expect(k6Options(['reconnect-storm', ...there])).toHaveProperty('env.PLAZA_K6_DROP_BY', 'clients');
    const killed = k6Options(['reconnect-storm', ...there, '--kill', 'kubectl delete pod edge-0']);
    expect(killed).toMatchObject({ kill: 'kubectl delete pod edge-0', env: { PLAZA_K6_DROP_BY: 'outside' } });
  });

  test('takes several edges, and the key from the environment', () => {
    const options = k6Options(['hot-room', '--url', 'ws://a/x,ws://b/x', '--url', 'ws://c/x', '--api', 'http://a'], { PLAZA_K6_KEY: 'k' });
    expect(options).toMatchObject({ urls: ['ws://a/x', 'ws://b/x', 'ws://c/x'], env: { PLAZA_K6_KEY: 'k' } });
  });

  test('writes no secret to an archive, though there are some', () => {
    const options = k6Options(['hot-room', ...there, '--token-secret', 's', '--archive', 'a.tar'], { PLAZA_K6_KEY: 'other' });
    expect(options).toMatchObject({ archive: 'a.tar', env: { PLAZA_K6_KEY: 'told-by-the-generator' } });
    expect(options).not.toHaveProperty('env.PLAZA_K6_TOKEN_SECRET');
  });

  test('gives each run a name of its own', () => {
    const name = (): unknown => (k6Options(['hot-room']) as { env: Record<string, string> }).env['PLAZA_K6_NAME'];
    expect(name()).not.toBe(name());
  });

  test.each([
    [[], 'SCENARIO is missing'],
    [['dance'], 'there is no scenario dance'],
    [['hot-room', 'twice'], 'twice is too much'],
    [['hot-room', '--sockets', '0'], '--sockets is 0: expected a number from 1 to 1000000'],
    [['hot-room', '--lag-p95', 'low'], '--lag-p95 is low'],
    [['hot-room', '--url', 'http://a', '--api', 'http://a', '--key', 'k'], '--url is http://a: expected ws://HOST:PORT/PATH'],
    [['hot-room', '--url', 'ws://a/x', '--key', 'k'], '--api is missing'],
    [['hot-room', '--url', 'ws://a/x', '--api', 'http://a'], '--key is missing'],
    [['hot-room', '--unknown'], "Unknown option '--unknown'"],
    [['hot-room', '--archive', 'a.tar'], '--archive needs --url'],
    [['hot-room', ...there, '--kill', 'x'], '--kill is for reconnect-storm'],
    [['reconnect-storm', '--kill', 'x'], '--kill is for a cluster of --url'],
  ])('%j is refused: %s', (args, why) => {
    expect(k6Options(args)).toHaveProperty('mistakes', expect.arrayContaining([expect.stringContaining(why)]));
  });
});
