import { expect, test } from '@jest/globals';
import { actResult, mostASecond, Notes } from './act.js';

test.each([
  [[], 0],
  [[5], 1],
  [[0, 999, 1000, 1998, 1999], 3],
  [[3000, 10, 500, 1009, 1010, 20], 4],
])('of %j at most so many lie within a second: %d', (moments, most) => {
  expect(mostASecond(moments)).toBe(most);
});

test('what was noted becomes figures', () => {
  const notes = new Notes('drain');
  notes.sendMs.push(10, 30, 20);
  notes.pausesMs.push(500);
  notes.triesAtMs.push(0, 10, 2000);
  Object.assign(notes, { dropped: 3, seconds: 12.4, allBack: true });
  notes.outcomes.accepted = 3;
  expect(actResult(notes)).toEqual({
    ...{ what: 'drain', seconds: 12, ended: [], accepted: 3, unknown: 0, refused: 0, dropped: 3, cut: 0, allBack: true },
    ...{ stallMs: 0, cpu: { ours: 0, others: 0 } },
    sendMs: { p50: 20, p99: 30, max: 30 },
    lagMs: { p50: null, p99: null, max: null },
    pauseMs: { p50: 500, p99: 500, max: 500 },
    mostTriesASecond: 2,
  });
});
