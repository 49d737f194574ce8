import { describe, expect, test } from '@jest/globals';
import { swarmOptions } from './options.js';

const url = 'ws://127.0.0.1:7000/v1/connect';

describe('options of the swarm', () => {
  test('what is not said has a default', () => {
    expect(swarmOptions(['--url', url])).toEqual({
      order: { url, speech: 'plaza', sockets: 100, atOnce: 100, rooms: [], watchEvery: 1 },
      processes: undefined,
      seconds: 60,
      rate: 0,
      json: false,
    });
  });

  test('everything said', () => {
    const args = '--room a --room b --sockets 10000 --seconds 0.5e1 --processes 2 --at-once 50 --token-secret s --rate 2.5 --json'.split(
      ' ',
    );
    expect(swarmOptions(['--url', url, ...args])).toEqual({
      order: {
        url,
        speech: 'plaza',
        sockets: 10_000,
        atOnce: 50,
        rooms: ['a', 'b'],
        watchEvery: 100,
        tokens: { secret: 's', prefix: 'swarm' },
      },
      processes: 2,
      seconds: 5,
      rate: 2.5,
      json: true,
    });
  });

  test.each([
    ['--url', []],
    ['--url', ['--url', 'https://plaza.example/v1/connect']],
    ['--url', ['--url', 'wss://plaza.example/v1/connect']],
    ['--sockets', ['--url', url, '--sockets', 'many']],
    ['--sockets', ['--url', url, '--sockets', '1.5']],
    ['--sockets', ['--url', url, '--sockets', ' ']],
    ['--seconds', ['--url', url, '--seconds', '0']],
    ['--processes', ['--url', url, '--processes', '0']],
    ['--rate', ['--url', url, '--rate', '1', '--room', 'a']],
    ['--socket', ['--url', url, '--socket', '1']],
  ])('a mistake in %s is told by its name: %j', (name, args) => {
    expect(swarmOptions(args)).toEqual({ mistakes: [expect.stringContaining(name)] });
  });

  test('all mistakes are told at once', () => {
    expect(swarmOptions(['--sockets', 'x', '--seconds', 'y'])).toMatchObject({ mistakes: { length: 3 } });
  });
});
