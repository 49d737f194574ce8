import { describe, expect, test } from '@jest/globals';
import { rehearseOptions } from './options.js';

const there = ['--url', 'ws://a:1/v1/connect,ws://b:1/v1/connect', '--api', 'http://a:2/', '--key', 'k'];

describe('npm run rehearse', () => {
  test('without a word is of 5,000 viewers on a cluster of its own', () => {
    expect(rehearseOptions([])).toMatchObject({
      asked: { viewers: 5000, rate: 30, joinRate: 1000, seconds: 300, lagMs: 250 },
      target: undefined,
      own: { edges: 2, holders: 2 },
      kills: true,
      yes: false,
    });
  });

  test('takes another cluster, and what kills its processes', () => {
    const options = rehearseOptions([...there, '--kill-edge', 'kubectl delete pod edge-0', '--minutes', '1.5']);
    expect(options).toMatchObject({
      target: { urls: ['ws://a:1/v1/connect', 'ws://b:1/v1/connect'], api: 'http://a:2', key: 'k' },
      killEdge: 'kubectl delete pod edge-0',
      killHolder: undefined,
      asked: { seconds: 90 },
    });
  });

  test.each([
    [['--viewers', '0'], '--viewers is 0, not a number from 1'],
    [['--viewers', '10.5'], '--viewers is 10.5'],
    [['--rate', ''], '--rate is '],
    [['--minutes', '0.5', '--viewers', '20000'], '--minutes 0.5: coming in alone takes 20 s of it'],
    [['--url', 'http://a', '--api', 'http://a', '--key', 'k'], '--url is http://a'],
    [['--url', 'ws://a/x', '--key', 'k'], '--api is missing'],
    [['--url', 'ws://a/x', '--api', 'http://a'], '--key is missing'],
    [['--kill-edge', 'x'], '--kill-edge and --kill-holder are for a cluster of --url'],
    [[...there, '--no-kill', '--kill-holder', 'x'], '--no-kill and a command'],
    [['--edges', '1'], '--edges and --holders are 2 at least'],
    [['--what'], "Unknown option '--what'"],
  ])('%j is refused: %s', (args, why) => {
    expect(rehearseOptions(args)).toHaveProperty('mistakes', expect.arrayContaining([expect.stringContaining(why)]));
  });

  test('one edge will do where nothing is killed', () => {
    expect(rehearseOptions(['--edges', '1', '--holders', '1', '--no-kill'])).not.toHaveProperty('mistakes');
  });
});
