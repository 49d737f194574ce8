import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pageOf, type Place } from './pages.js';

const place = fc.record({ ms: fc.integer({ min: 1, max: 30 }), name: fc.stringMatching(/^[a-c]{1,2}$/) });
const places = fc.uniqueArray(place, { selector: ({ ms, name }) => `${ms}/${name}`, maxLength: 60 });
const keyOf = ({ ms, name }: Place): string => `${ms}/${name}`;
const same = (row: Place): Place => row;

test('rows that stay come once each and in order, whatever comes and goes between two pages', () => {
  fc.assert(
    fc.property(places, places, fc.array(fc.boolean(), { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (first, others, goes, most) => {
      const stay = first.filter((_, i) => goes[i] !== true);
      const isFirst = new Set(first.map(keyOf));
      const come = others.filter((row) => !isFirst.has(keyOf(row)));
      const seen: Place[] = [];
      let token = '';
      for (let pages = 0; pages === 0 || token !== ''; pages++) {
        const now = pages % 2 === 0 ? first : [...come, ...stay];
        const page = pageOf(now, same, token, most)!;
        expect(page.rows.length).toBeLessThanOrEqual(most);
        seen.push(...page.rows);
        token = page.next;
      }
      const keys = seen.map(keyOf);
      expect(new Set(keys).size).toBe(keys.length);
      for (const row of stay) expect(keys).toContain(keyOf(row));
      expect(seen).toEqual([...seen].sort((a, b) => a.ms - b.ms || (a.name < b.name ? -1 : 1)));
    }),
  );
});

test.each([
  [0, 2, 0, false],
  [2, 2, 2, false],
  [3, 2, 2, true],
])('of %i rows a page of %i has %i, and another page follows: %s', (count, most, rows, more) => {
  const all = Array.from({ length: count }, (_, i) => ({ ms: 1, name: `n${i}` }));
  const page = pageOf(all, same, '', most)!;
  expect([page.rows.length, page.next !== '']).toEqual([rows, more]);
});

test.each(['nonsense', 'MTIz', Buffer.from('x/ann').toString('base64url'), Buffer.from('1/').toString('base64url')])(
  '%s is no token',
  (token) => {
    expect(pageOf([], same, token, 10)).toBeUndefined();
  },
);
