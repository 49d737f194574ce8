import { expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { Chorus, type SaidOne, type Saying } from './chorus.js';

test('voices speak in turn, each message is another, and it is told what became of each', async () => {
  const said: SaidOne[] = [];
  const asked: string[] = [];
  const voice = (room: string, outcome: SaidOne['outcome']): Saying => ({
    room,
    say: (text) => {
      asked.push(text);
      return Promise.resolve(outcome);
    },
  });
  const chorus = new Chorus([voice('a', 'accepted'), voice('b', 'unknown')], { perSecond: 200, bytes: 100 }, (one) => said.push(one));
  chorus.start();
  await eventually(() => expect(said.length).toBeGreaterThan(7));
  await chorus.stop();
  expect(said.map(({ text }) => text)).toEqual(asked);
  expect(new Set(asked).size).toBe(asked.length);
  expect(said.slice(0, 4).map(({ room, outcome }) => [room, outcome])).toEqual([
    ['a', 'accepted'],
    ['b', 'unknown'],
    ['a', 'accepted'],
    ['b', 'unknown'],
  ]);
  expect(asked[0]).toMatch(/^1:@\d{13}\.\d{3}@\.+$/);
  expect(asked[0]).toHaveLength(100);
});
