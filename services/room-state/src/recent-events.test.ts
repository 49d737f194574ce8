import { expect, test } from '@jest/globals';
import { RecentEvents } from './recent-events.js';

test('events of late are those of the last five to ten seconds, noted in any order', () => {
  const recent = new RecentEvents();
  expect(recent.count(100_000)).toBe(0);
  recent.note(2, 101_000);
  recent.note(1, 104_999);
  recent.note(3, 96_000);
  recent.note(9, 94_999);
  expect(recent.count(104_999)).toBe(6);
  expect(recent.count(105_000)).toBe(3);
  recent.note(4, 107_000);
  recent.note(1, 104_000);
  expect(recent.count(109_999)).toBe(8);
  expect(recent.count(110_000)).toBe(4);
  expect(recent.count(120_000)).toBe(0);
});
