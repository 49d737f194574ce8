import { describe, expect, test } from '@jest/globals';
import { Calendar, type PeriodKind } from './calendar.js';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Zone, kind, a moment, and the period in which it is: start, end, length in hours. */
const periods: readonly (readonly [string, PeriodKind, string, string, string, number])[] = [
  ['UTC', 'hour', '2026-03-29T01:59:59.999Z', '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z', 1],
  ['UTC', 'day', '2026-03-29T00:00:00Z', '2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z', 24],
  ['UTC', 'day', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '1970-01-02T00:00:00Z', 24],
  ['Asia/Shanghai', 'day', '2026-01-01T15:59:59Z', '2025-12-31T16:00:00Z', '2026-01-01T16:00:00Z', 24],
  ['Asia/Kolkata', 'hour', '2026-01-01T00:29:59Z', '2025-12-31T23:30:00Z', '2026-01-01T00:30:00Z', 1],
  ['Asia/Kolkata', 'day', '2026-01-01T18:30:00Z', '2026-01-01T18:30:00Z', '2026-01-02T18:30:00Z', 24],
  ['Asia/Kathmandu', 'hour', '2026-01-01T00:00:00Z', '2025-12-31T23:15:00Z', '2026-01-01T00:15:00Z', 1],
  ['Asia/Kathmandu', 'day', '2026-01-01T00:00:00Z', '2025-12-31T18:15:00Z', '2026-01-01T18:15:00Z', 24],
  // Clocks forward: a day of 23 hours without an hour 2; back: one of 25 with two.
  ['Europe/Berlin', 'day', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 23],
  ['Europe/Berlin', 'hour', '2026-03-29T00:59:59Z', '2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z', 1],
  ['Europe/Berlin', 'hour', '2026-03-29T01:00:00Z', '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z', 1],
  ['Europe/Berlin', 'day', '2026-10-24T22:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 25],
  ['Europe/Berlin', 'hour', '2026-10-25T00:30:00Z', '2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z', 1],
  ['Europe/Berlin', 'hour', '2026-10-25T01:30:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z', 1],
  ['America/New_York', 'day', '2026-03-08T05:00:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z', 23],
  ['America/New_York', 'day', '2026-11-02T04:59:59.999Z', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z', 25],
  ['America/St_Johns', 'hour', '2026-07-01T00:00:00Z', '2026-06-30T23:30:00Z', '2026-07-01T00:30:00Z', 1],
  // Clocks that move by half an hour.
  ['Australia/Lord_Howe', 'day', '2026-10-04T00:00:00Z', '2026-10-03T13:30:00Z', '2026-10-04T13:00:00Z', 23.5],
  ['Australia/Lord_Howe', 'hour', '2026-10-03T15:45:00Z', '2026-10-03T15:30:00Z', '2026-10-03T16:00:00Z', 0.5],
  ['Australia/Lord_Howe', 'day', '2026-04-05T00:00:00Z', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z', 24.5],
  ['Australia/Lord_Howe', 'hour', '2026-04-04T15:10:00Z', '2026-04-04T15:00:00Z', '2026-04-04T15:30:00Z', 0.5],
  // Clocks that move at midnight: a day that begins at one o'clock, and one whose first hour comes twice.
  ['Africa/Cairo', 'day', '2026-04-24T12:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z', 23],
  ['America/Havana', 'day', '2026-11-01T12:00:00Z', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z', 25],
  ['Pacific/Chatham', 'hour', '2026-01-01T00:00:00Z', '2025-12-31T23:15:00Z', '2026-01-01T00:15:00Z', 1],
  // The day that never was.
  ['Pacific/Apia', 'day', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z', 24],
  ['Pacific/Apia', 'day', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z', 24],
];

describe('a calendar', () => {
  test.each(periods)('%s, %s of %s', (zone, kind, moment, start, end, hours) => {
    const span = new Calendar(zone).spanOf(kind, at(moment));
    expect([iso(span.startMs), iso(span.endMs)]).toEqual([start, end]);
    expect((span.endMs - span.startMs) / 3_600_000).toBe(hours);
  });

  test.each(['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana', 'Asia/Kathmandu'])(
    'in %s each moment is in one hour and one day, and hours do not cross days',
    (zone) => {
      const calendar = new Calendar(zone);
      const [from, to] = [at('2026-03-27T00:00:00Z'), at('2026-04-06T00:00:00Z')];
      const hours = calendar.spansBetween('hour', from, to, 800);
      for (const [i, { startMs, endMs }] of hours.entries()) {
        if (i > 0) expect(startMs).toBe(hours[i - 1]!.endMs);
        expect(calendar.spanOf('hour', endMs - 1).startMs).toBe(startMs);
        expect(calendar.spanOf('day', startMs)).toEqual(calendar.spanOf('day', endMs - 1));
      }
      expect(hours[0]!.startMs).toBeLessThanOrEqual(from);
      expect(hours.at(-1)!.endMs).toBeGreaterThanOrEqual(to);
    },
  );

  test('lists the periods of a range, up to a number of them', () => {
    const calendar = new Calendar('Europe/Berlin');
    const days = calendar.spansBetween('day', at('2026-03-28T23:00:00Z'), at('2026-03-31T00:00:00Z'), 800);
    expect(days.map(({ startMs }) => iso(startMs))).toEqual(['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z']);
    expect(calendar.spansBetween('hour', 0, 1e12, 5)).toHaveLength(5);
    expect(calendar.spansBetween('hour', 5, 5, 5)).toEqual([]);
  });

  test('refuses a zone that there is not', () => {
    expect(() => new Calendar('Europe/Nowhere')).toThrow(RangeError);
  });
});
