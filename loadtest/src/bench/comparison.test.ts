import { describe, expect, test } from '@jest/globals';
import { worseThan, type Results } from './comparison.js';
import { atLeast, atMost, isKept, type Figure } from './row.js';

const results = (figures: Record<string, Figure>): Results => ({ row: { figures, detail: {} } });

describe('comparison of two runs', () => {
  test.each([
    ['less is better, a tenth more: not yet told', atMost(1, 2, 'ratio'), atMost(1.1, 2, 'ratio'), []],
    ['less is better, a fifth more', atMost(1, 2, 'ratio'), atMost(1.2, 2, 'ratio'), [20]],
    ['less is better, less', atMost(1, 2, 'ratio'), atMost(0.5, 2, 'ratio'), []],
    ['more is better, a half less', atLeast(4, 3, 'ratio'), atLeast(2, 3, 'ratio'), [50]],
    ['more is better, more', atLeast(4, 3, 'ratio'), atLeast(8, 3, 'ratio'), []],
    ['none before, some now', atMost(0, 0, 'count'), atMost(3, 0, 'count'), [Number.POSITIVE_INFINITY]],
    ['none before, none now', atMost(0, 0, 'count'), atMost(0, 0, 'count'), []],
  ])('%s', (_, was, is, told) => {
    expect(worseThan(results({ a: was }), results({ a: is }), false).map(({ byPercent }) => byPercent)).toEqual(told);
  });

  test('what belongs to a machine is compared on the same machine only', () => {
    const [was, is] = [results({ lag: atMost(10, 250, 'ms') }), results({ lag: atMost(20, 250, 'ms') })];
    expect(worseThan(was, is, false)).toEqual([]);
    expect(worseThan(was, is, true)).toEqual([{ figure: 'row: lag', was: 10, is: 20, byPercent: 100 }]);
  });

  test('the worst comes first, and what is new is left out', () => {
    const was = results({ a: atMost(1, 1, 'ratio'), b: atMost(1, 1, 'ratio') });
    const is = results({ a: atMost(2, 1, 'ratio'), b: atMost(3, 1, 'ratio'), c: atMost(9, 1, 'ratio') });
    expect(worseThan(was, is, false).map(({ figure }) => figure)).toEqual(['row: b', 'row: a']);
  });
});

test.each([
  [atMost(1, 1, 'ratio'), true],
  [atMost(1.01, 1, 'ratio'), false],
  [atLeast(3, 3, 'ratio'), true],
  [atLeast(2.9, 3, 'ratio'), false],
  [atMost(5, undefined, 'ms'), undefined],
])('a target is kept or not: %j', (figure, kept) => {
  expect(isKept(figure)).toBe(kept);
});
