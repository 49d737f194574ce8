import { expect, test } from '@jest/globals';
import { costs, crowd } from './costs.fixture.js';
import { costsOf } from './measured.js';
import { planFor } from './model.js';
import { bits, planLines } from './shown.js';

test.each([
  [999, '1.0 kbit/s'],
  [1e6, '1.0 Mbit/s'],
  [82.4e9, '82.4 Gbit/s'],
])('%d bits a second are %s', (value, shown) => {
  expect(bits(value)).toBe(shown);
});

test('a plan names its edges and why they are as many', () => {
  const lines = planLines(planFor(crowd, costs));
  expect(lines[0]).toContain('67 of one core each (by the cap on sockets of one process)');
  expect(lines.join('\n')).not.toContain('NOT POSSIBLE');
});

test('a room that no process can hold is said to be one', () => {
  expect(planLines(planFor({ ...crowd, messagesASecondARoom: 40_000, viewers: 100 }, costs)).at(-1)).toContain('NOT POSSIBLE');
});

test('a result without a figure is refused by its name', () => {
  expect(() => costsOf({})).toThrow('the result has no storm: edge CPU a join; run npm run bench');
});
