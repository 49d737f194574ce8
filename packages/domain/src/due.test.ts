import { describe, expect, test } from '@jest/globals';
import { apply } from './apply.js';
import { decideDue, nextDueMs } from './due.js';
import { act, api, command, contextOf, inShort, lobby, startMs } from './rooms.arbitrary.js';

const at = (nowMs: number) => contextOf({ kind: 'clock' }, { nowMs });
const mutedAt = (room: ReturnType<typeof lobby>, name: string, seconds: number) =>
  act(room, command.timedMute(name, seconds), contextOf(api(), { nowMs: startMs }));

describe('what falls due', () => {
  test('nothing, in a room without timed mutes', () => {
    expect(nextDueMs(lobby())).toBe(0);
    expect(inShort(decideDue(lobby(), at(startMs)))).toBe('unchanged');
  });

  test('the earliest end of a timed mute', () => {
    const room = lobby();
    mutedAt(room, 'gus', 20);
    mutedAt(room, 'otto', 10);
    expect(nextDueMs(room)).toBe(startMs + 10_000);
    expect(inShort(decideDue(room, at(startMs + 9_999)))).toBe('unchanged');
    expect(inShort(decideDue(room, at(startMs + 10_000)))).toBe('timedUnmuted done');
  });

  test('ends come in their order, said by the room itself', () => {
    const room = lobby();
    for (const [name, seconds] of [
      ['gus', 20],
      ['otto', 10],
      ['rita', 10],
    ] as const)
      mutedAt(room, name, seconds);
    const decision = decideDue(room, at(startMs + 60_000));
    if (!('events' in decision)) throw new Error('refused');
    expect(decision.events.map(({ event }) => event.targets[0])).toEqual(['otto', 'rita', 'gus']);
    for (const { event } of decision.events) {
      expect(event).toMatchObject({ operator: '', kind: { $case: 'timedUnmuted', value: { secondsLeft: 0 } } });
      apply(room, event);
    }
    expect(nextDueMs(room)).toBe(0);
  });

  test('very many at once are ended in several decisions', () => {
    const room = lobby();
    for (let i = 0; i < 600; i++) mutedAt(room, `user-${i}`, 1);
    const counts: number[] = [];
    while (nextDueMs(room) > 0) {
      const decision = decideDue(room, at(startMs + 5000));
      if (!('events' in decision)) throw new Error('refused');
      for (const { event } of decision.events) apply(room, event);
      counts.push(decision.events.length);
    }
    expect(counts).toEqual([256, 256, 88]);
  });
});
