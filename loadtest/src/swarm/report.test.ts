import { expect, test } from '@jest/globals';
import { noCount } from './order.js';
import { progressLine, swarmResult } from './report.js';

const before = { ...noCount, open: 2000, frames: 1000, events: 2000, bytes: 10_000, cpuMicros: 5000 };
const now = {
  ...before,
  frames: 3000,
  events: 8000,
  bytes: 50_000,
  cpuMicros: 15_000,
  lags: new Map(Object.entries({ a: 1, b: 2, c: 3, d: 40 })),
};

test('progress tells what came since the line before', () => {
  expect(progressLine(before, now, 2)).toBe('2,000 open, 1,000 frames/s, 3,000 events/s, 0 breaks, 0 told of a hole, lag p50 2 p99 40 ms');
});

test('without messages that tell their time there is no lag, and who was closed is told', () => {
  expect(progressLine(before, { ...now, closed: 3, breaks: 1, lags: new Map() }, 2)).toBe(
    '2,000 open, 3 closed, 1,000 frames/s, 3,000 events/s, 1 breaks, 0 told of a hole',
  );
});

test('a result is of the whole run', () => {
  expect(swarmResult(before, now, 4, [10, 20])).toMatchObject({
    framesASecond: 500,
    eventsASecond: 1500,
    bytesASecond: 10_000,
    swarmMicrosAFrame: 5,
    lagMs: { p50: 10, p99: 20, max: 20 },
  });
});

test('nothing measured is null, for JSON knows no NaN', () => {
  expect(swarmResult(before, before, 4, [])).toMatchObject({ swarmMicrosAFrame: null, lagMs: { p50: null, p99: null, max: null } });
});
