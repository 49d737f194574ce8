import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { LabelTally } from './label-tally.prom.js';

test('what was counted is there whenever somebody reads, once', async () => {
  const registry = new Registry();
  const tally = new LabelTally({ name: 'asked_total', help: 'Asked.', labelNames: ['kind', 'outcome'], registers: [registry] });
  const shown = async (): Promise<string[]> => (await registry.metrics()).split('\n').filter((line) => line.startsWith('asked'));
  tally.count('send', 'accepted');
  tally.count('send', 'accepted');
  tally.count('join', 'refused:full');
  const first = ['asked_total{kind="send",outcome="accepted"} 2', 'asked_total{kind="join",outcome="refused:full"} 1'];
  expect(await shown()).toEqual(first);
  expect(await shown()).toEqual(first);
  tally.count('send', 'accepted');
  expect(await shown()).toEqual(['asked_total{kind="send",outcome="accepted"} 3', first[1]]);
});
