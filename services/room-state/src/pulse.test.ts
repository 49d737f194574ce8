import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { eventually } from '@plaza/testkit';
import { Pulse } from './pulse.js';

test('what is asked for in one moment happens together, in order, and never in the turn that asks', async () => {
  const done: string[] = [];
  const pulse = new Pulse(5);
  pulse.next(() => done.push('a'));
  pulse.next(() => done.push('b'));
  expect(done).toEqual([]);
  await eventually(() => expect(done).toEqual(['a', 'b']));
});

test('what is asked for after it waits for the next moment, all of it', async () => {
  const done: string[] = [];
  const pulse = new Pulse(500);
  pulse.next(() => done.push('a'));
  await eventually(() => expect(done).toEqual(['a']));
  pulse.next(() => done.push('b'));
  await turn();
  pulse.next(() => done.push('c'));
  await turn();
  expect(done).toEqual(['a']);
  await eventually(() => expect(done).toEqual(['a', 'b', 'c']));
});

test('without an interval it is the end of the turn', async () => {
  const done: string[] = [];
  new Pulse(0).next(() => done.push('a'));
  expect(done).toEqual([]);
  await Promise.resolve();
  expect(done).toEqual(['a']);
});
