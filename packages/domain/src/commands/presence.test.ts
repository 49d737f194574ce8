import { describe, expect, test } from '@jest/globals';
import { LeaveReason, NoticesMode, Role } from '@plaza/proto/client';
import { decide } from '../decide.js';
import { defaultLimits } from '../limits.js';
import {
  act,
  api,
  command,
  contextOf,
  emptyRoom,
  inShort,
  json,
  lobby,
  onlyEvent,
  people,
  presenceOf,
  session,
  startMs,
} from '../rooms.arbitrary.js';
import type { Actor, RoomState } from '../types.js';

const { NOTICES_MODE_AUTO: auto, NOTICES_MODE_ON: on, NOTICES_MODE_OFF: off } = NoticesMode;
const limits = { ...defaultLimits, noticesUpTo: 3 };

const blockedRoom = () => {
  const room = lobby();
  act(room, json({ blockMember: { account: people.guest } }), contextOf(api()));
  return room;
};
const closedRoom = () => {
  const room = lobby();
  act(room, command.close(), contextOf(api()));
  return room;
};

describe('join', () => {
  test.each<[string, RoomState, Actor, string]>([
    ['a room that is not there', emptyRoom(), session(people.guest), 'no: not-found'],
    ['an open room', lobby(), session(people.guest), 'entered joined'],
    ['a closed room, even as its creator', closedRoom(), session(people.creator), 'no: room-closed'],
    ['as an anonymous guest where they may', lobby(), session(people.anonymous), 'entered joined'],
    ['as an anonymous guest where they may not', lobby({ anonymousAllowed: false }), session(people.anonymous), 'no: anonymous-refused'],
    ['while blocked', blockedRoom(), session(people.guest), 'no: blocked'],
    ['as the server API', lobby(), api(), 'no: not-allowed'],
  ])('%s', (_, room, actor, outcome) => {
    expect(inShort(decide(room, command.join(), contextOf(actor, { presence: presenceOf({}) })))).toBe(outcome);
  });

  test.each([
    ['a nickname of 64 characters', { nickname: '🎈'.repeat(64) }, 'entered joined'],
    ['a nickname of 65 characters', { nickname: '🎈'.repeat(65) }, 'no: too-large'],
    ['a nickname with a control character', { nickname: 'a\u0007' }, 'no: bad-request'],
    ['an avatar of 1025 characters', { avatar: 'x'.repeat(1025) }, 'no: too-large'],
    ['an ext of 4097 characters', { ext: 'x'.repeat(4097) }, 'no: too-large'],
    ['an ext of the platform’s own form', { ext: '\u0000{}' }, 'entered joined'],
  ])('with %s', (_, value, outcome) => {
    expect(inShort(decide(lobby(), command.join(value), contextOf(session(people.guest), { presence: presenceOf({}) })))).toBe(outcome);
  });

  test.each([
    ['auto, a small room', auto, { a: 1, b: 1 }, 'entered joined'],
    ['auto, a room that is as large as that', auto, { a: 1, b: 1, c: 1 }, 'joined'],
    ['on, a large room', on, { a: 1, b: 1, c: 1 }, 'entered joined'],
    ['off, a small room', off, {}, 'joined'],
    ['auto, the account’s second session', auto, { gus: 1 }, 'joined'],
  ])('notices: %s', (_, notices, sessions, outcome) => {
    const context = contextOf(session(people.guest), { limits, presence: presenceOf(sessions) });
    expect(inShort(decide(lobby({ notices }), command.join(), context))).toBe(outcome);
  });

  test('tells the member his own state and the room, himself counted', () => {
    const room = lobby({ name: 'Lobby' });
    act(room, command.mute(people.guest), contextOf(api()));
    act(room, command.timedMute(people.guest, 90), contextOf(api(), { nowMs: startMs + 59_500 }));
    const decision = decide(
      room,
      command.join({ nickname: 'ignored', ext: 'x' }),
      contextOf(session(people.guest), { presence: presenceOf({ a: 2 }) }),
    );
    expect(decision).toMatchObject({
      reply: {
        $case: 'joined',
        value: {
          self: { account: 'gus', role: Role.ROLE_GUEST, muted: true, timedMuteLeftSeconds: 90, nickname: 'gus!', ext: 'x', online: true },
          room: { room: 'lobby', name: 'Lobby', creator: 'carla', open: true, accounts: 2, connections: 3 },
          complete: true,
        },
      },
    });
    expect(onlyEvent(decision).event).toMatchObject({
      operator: 'gus',
      targets: ['gus'],
      kind: { $case: 'entered', value: { member: { account: 'gus', enteredMs: startMs + 60_000 } } },
    });
  });

  test('says that an anonymous guest is one', () => {
    const decision = decide(lobby(), command.join(), contextOf(session(people.anonymous), { presence: presenceOf({}) }));
    expect(decision).toMatchObject({ reply: { value: { self: { role: Role.ROLE_ANONYMOUS } } } });
  });
});

describe('leave', () => {
  test.each([
    ['the last session, a small room', auto, { gus: 1, a: 1, b: 1 }, 'left done'],
    ['the last session, a large room', auto, { gus: 1, a: 1, b: 1, c: 1 }, 'done'],
    ['the last session, notices off', off, { gus: 1 }, 'done'],
    ['the last session, notices on', on, { gus: 1, a: 1, b: 1, c: 1 }, 'left done'],
    ['one of two sessions', auto, { gus: 2 }, 'done'],
    ['without a session', auto, { a: 1 }, 'unchanged'],
  ])('%s', (_, notices, sessions, outcome) => {
    const context = contextOf(session(people.guest), { limits, presence: presenceOf(sessions) });
    expect(inShort(decide(lobby({ notices }), command.leave(), context))).toBe(outcome);
  });

  test.each([
    [false, LeaveReason.LEAVE_REASON_ASKED],
    [true, LeaveReason.LEAVE_REASON_DISCONNECTED],
  ])('says why (socket gone: %s)', (disconnected, reason) => {
    const decision = decide(lobby(), command.leave(), contextOf(session(people.guest, { disconnected })));
    expect(onlyEvent(decision).event).toMatchObject({ targets: ['gus'], kind: { $case: 'left', value: { account: 'gus', reason } } });
  });

  test('is not for the server API', () => expect(inShort(decide(lobby(), command.leave(), contextOf(api())))).toBe('no: not-allowed'));
});
