import { describe, expect, test } from '@jest/globals';
import { decide, mayAsk } from './decide.js';
import { nextPosition } from './position.js';
import { act, api, command, contextOf, emptyRoom, inShort, lobby, onlyEvent, presenceOf, session, startMs } from './rooms.arbitrary.js';
import type { Command } from './types.js';

const all: Command[] = [
  command.join(),
  command.leave(),
  command.say('x'),
  command.getRoom(),
  command.listMembers(),
  command.mute('gus'),
  command.unmute('gus'),
  command.timedMute('gus', 5),
  command.timedUnmute('gus'),
  command.kick('gus'),
  command.setRole('gus', 3),
  command.update({ name: 'x' }),
  command.open(),
  command.close(),
];

test.each(all.map((one) => [one.$case, one] as const))('%s in a room that is not there: not-found', (_, asked) => {
  expect(inShort(decide(emptyRoom(), asked, contextOf(api())))).toBe('no: not-found');
});

test.each(all.slice(2).map((one) => [one.$case, one] as const))('%s by a session that is not in the room: not-joined', (_, asked) => {
  expect(inShort(decide(lobby(), asked, contextOf(session('carla'), { presence: presenceOf({}) })))).toBe('no: not-joined');
});

describe('the id of a command', () => {
  test('may have 64 characters', () => {
    const context = contextOf(session('gus'), { commandId: 'x'.repeat(64) });
    expect(inShort(decide(lobby(), command.say('x'), context))).toBe('message accepted');
  });
  test('may not have 65', () => {
    expect(inShort(decide(lobby(), command.say('x'), contextOf(session('gus'), { commandId: 'x'.repeat(65) })))).toBe('no: too-large');
  });
});

describe('reads', () => {
  test('getRoom answers profile and counts, and changes nothing', () => {
    const presence = { ...presenceOf({ gus: 2, adam: 1 }), settling: true };
    expect(decide(lobby({ name: 'Lobby' }), command.getRoom(), contextOf(session('gus'), { presence }))).toMatchObject({
      events: [],
      reply: {
        $case: 'roomInfo',
        value: { room: 'lobby', name: 'Lobby', creator: 'carla', createdMs: startMs, accounts: 2, connections: 3, settling: true },
      },
    });
  });

  test('member lists are no decision', () =>
    expect(inShort(decide(lobby(), command.listMembers(), contextOf(api())))).toBe('no: bad-request'));

  test('a query asks first whether it may', () => {
    expect(mayAsk(emptyRoom(), contextOf(api()))).toMatchObject({ code: 'not-found' });
    expect(mayAsk(lobby(), contextOf(session('stranger')))).toMatchObject({ code: 'not-joined' });
    expect(mayAsk(lobby(), contextOf(session('gus')))).toBeUndefined();
  });
});

describe('positions', () => {
  test('follow the clock', () => {
    const room = lobby();
    const nowMs = startMs + 60_000;
    expect(onlyEvent(decide(room, command.say('x'), contextOf(session('gus'), { nowMs }))).event.position).toBe(nextPosition(0, nowMs));
  });

  test('grow where the clock stands still or goes back', () => {
    const room = lobby();
    act(room, command.say('x'), contextOf(session('gus')));
    const before = room.last;
    expect(onlyEvent(act(room, command.say('y'), contextOf(session('gus')))).event.position).toBe(before + 1);
    expect(onlyEvent(act(room, command.say('z'), contextOf(session('gus'), { nowMs: startMs }))).event.position).toBe(before + 2);
  });
});
