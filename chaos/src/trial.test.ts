import { expect, test } from '@jest/globals';
import { trial } from './trial.js';

test('a sound cluster is found without fault, by rules that looked at something', async () => {
  const { verdict } = await trial({ seconds: 5 });
  expect(verdict.violations).toEqual([]);
  const idle = verdict.rules.filter(({ checked }) => checked === 0).map(({ rule }) => rule);
  expect(idle.filter((rule) => rule !== 'removed-gone' && rule !== 'transient-with-owner')).toEqual([]);
  expect(verdict.figures.commands).toBeGreaterThan(50);
}, 120_000);
