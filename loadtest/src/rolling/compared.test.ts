import { expect, test } from '@jest/globals';
import { compare, sum, type Outcome } from './compared.js';

const said = new Map<string, Outcome>([
  ['a', 'accepted'],
  ['b', 'accepted'],
  ['c', 'unknown'],
  ['d', 'refused'],
]);
const right = { missing: 0, twice: 0, strange: 0 };

test.each([
  [['a', 'b'], right],
  [['b', 'c', 'a'], right],
  [['a'], { ...right, missing: 1 }],
  [['a', 'b', 'a', 'c', 'c'], { ...right, twice: 2 }],
  [['a', 'b', 'd', 'e'], { ...right, strange: 2 }],
])('who found %j has of four messages: %j', (found, expected) => {
  expect(compare(said, found)).toEqual(expected);
});

test('several readers', () => {
  expect(sum([compare(said, ['a']), compare(said, ['b', 'b', 'd'])])).toEqual({ missing: 2, twice: 1, strange: 1 });
});
