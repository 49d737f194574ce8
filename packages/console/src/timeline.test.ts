import { describe, expect, test } from '@jest/globals';
import { Event } from '@plaza/proto/client';
import { continues, merged, sameDay, standing } from './timeline.js';

const event = (position: number, account = 'ann', timeMs = position): Event =>
  Event.fromPartial({ position, timeMs, kind: { $case: 'message', value: { account, nickname: account } } });
const recall = (position: number, recalled: number, account = '', sinceMs = 0): Event =>
  Event.fromPartial({ position, timeMs: position, kind: { $case: 'messageRecalled', value: { recalled, account, sinceMs } } });
const positions = (events: readonly Event[]): number[] => events.map(({ position }) => position);

describe('the timeline', () => {
  test('takes live events at its end', () => expect(positions(merged([event(1)], [event(2), event(3)]))).toEqual([1, 2, 3]));

  test('takes a page of the history before and among what came live, each event once', () =>
    expect(positions(merged([event(5), event(6)], [event(2), event(3), event(5)]))).toEqual([2, 3, 5, 6]));

  test('puts in order what came in disorder', () => expect(positions(merged([], [event(3), event(1), event(3)]))).toEqual([1, 3]));

  test('stays as it is when nothing came', () => {
    const shown = [event(1)];
    expect(merged(shown, [])).toBe(shown);
  });

  test('has a bound', () => {
    const many = Array.from({ length: 2500 }, (_, i) => event(i + 1));
    expect(positions(merged([], many))[0]).toBe(501);
    expect(merged(many.slice(0, 1999), many)).toHaveLength(2000);
  });

  test('gathers what one author says in one go', () => {
    expect(continues(event(2, 'ann', 2000), event(1, 'ann', 1000))).toBe(true);
    expect(continues(event(2, 'ann', 2000), event(1, 'bob', 1000))).toBe(false);
    expect(continues(event(2, 'ann', 500_000), event(1, 'ann', 1000))).toBe(false);
    expect(continues(event(2), undefined)).toBe(false);
    expect(continues(event(2), { ...event(1), kind: { $case: 'muted', value: {} } })).toBe(false);
  });

  test.each<[string, Event, number[]]>([
    ['one', recall(10, 2), [1, 4, 6]],
    ['one that is not shown', recall(10, 7), [1, 2, 4, 6]],
    ['all of an account', recall(10, 0, 'ann'), [2, 6]],
    ['all since a moment', recall(10, 0, 'ann', 2), [1, 2, 6]],
    ['none that was said later', recall(3, 0, 'bob'), [1, 4, 6]],
  ])('is without messages that were taken back: %s', (_, taken, left) => {
    const said = [event(1), event(2, 'bob'), event(4), event(6, 'bob')];
    const shown = standing(merged(said, [taken]));
    expect(shown.filter(({ kind }) => kind?.$case === 'message').map(({ position }) => position)).toEqual(left);
    expect(shown.filter(({ kind }) => kind?.$case === 'messageRecalled')).toEqual([taken]);
  });

  test('one that was taken back stays away when a page brings it again', () =>
    expect(positions(standing(merged([event(1), recall(10, 2)], [event(2), event(3)])))).toEqual([1, 3, 10]));

  test('knows days', () => {
    const noon = new Date(2026, 4, 5, 12).getTime();
    expect(sameDay(noon, noon + 3_600_000)).toBe(true);
    expect(sameDay(noon, noon + 24 * 3_600_000)).toBe(false);
  });
});
