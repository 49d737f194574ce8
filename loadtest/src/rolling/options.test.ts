import { expect, test } from '@jest/globals';
import { acts, rollingOptions } from './options.js';

test('without a word everything is rolled, with 5,000 sockets', () => {
  expect(rollingOptions([])).toEqual({
    ...{ sockets: 5000, rooms: 10, rate: 10, joinRate: 500, holders: 2, natsServers: 3, acts, calmMs: 4000 },
    ...{ drainPerSecond: undefined, pauseMs: Number.POSITIVE_INFINITY, out: undefined, data: undefined },
  });
});

test('a part of it, in the order in which it is done', () => {
  const options = rollingOptions(['--acts', 'room-state,drain', '--nats', '1', '--hurry', '--drain-rate', '100', '--out', 'x']);
  expect(options).toMatchObject({ acts: ['drain', 'room-state'], natsServers: 1, pauseMs: 1000, drainPerSecond: 100, out: 'x' });
  expect(rollingOptions(['--nats', '1'])).toMatchObject({ acts: acts.filter((act) => act !== 'nats') });
});

test.each([
  [['--sockets', '0'], '--sockets is 0, not a whole number from 1 to 14000'],
  [['--rate', '2.5'], '--rate is 2.5'],
  [['--holders', '1'], '--holders is 1, not a whole number from 2'],
  [['--drain-rate', ''], '--drain-rate is '],
  [['--nats', '2'], '--nats is 2, not 1 or 3'],
  [['--acts', 'drain,redis'], '--acts has redis; there are drain, history'],
  [['--nats', '1', '--acts', 'nats'], '--acts has nats: a single'],
  [['--what'], "Unknown option '--what'"],
])('%j is refused: %s', (args, why) => {
  expect(rollingOptions(args)).toHaveProperty('mistakes', expect.arrayContaining([expect.stringContaining(why)]));
});
