import { expect, test } from '@jest/globals';
import { drainOf } from './drained.js';

const line = (time: string, rest: object): string => `${JSON.stringify({ level: 30, time, service: 'edge', ...rest })}\n`;
const started = line('2026-11-28T17:31:00.000Z', { event: 'started' });
const draining = line('2026-11-28T17:31:37.458Z', { event: 'draining', signal: 'SIGTERM' });

test('an edge tells how long its drain took and who was left', () => {
  const ended = line('2026-11-28T17:31:48.625Z', { event: 'drained', left: 3 });
  expect(drainOf(started + draining + ended)).toEqual({ tookMs: 11_167, left: 3 });
  expect(drainOf(started + draining)).toBeUndefined();
});
