import { describe, expect, test } from '@jest/globals';
import { Event, Role } from '@plaza/proto/client';
import { apply } from './apply.js';
import { account, act, api, command, contextOf, emptyRoom, lobby, onlyEvent, session } from './rooms.arbitrary.js';
import { allSlots, roomFromSlots, slotsOf } from './slots.js';
import type { Command } from './types.js';

describe('the slots that an event touches', () => {
  test.each<[string, Command[], Command, string[]]>([
    ['a message', [], command.say('x'), ['head']],
    ['a kick', [], command.kick('gus'), ['head']],
    ['a mute', [], command.mute('gus'), ['head', 'member/gus']],
    ['the end of a mute', [command.mute('gus')], command.unmute('gus'), ['head', 'member/gus']],
    ['a role', [], command.setRole('gus', Role.ROLE_REGULAR), ['head', 'member/gus']],
    ['an update', [], command.update({ name: 'x' }), ['head', 'profile']],
    ['closing', [], command.close(), ['head', 'profile', 'close']],
  ])('%s', (_, before, asked, names) => {
    const room = lobby();
    for (const one of before) act(room, one, contextOf(api()));
    const untouched = roomFromSlots(room.id, allSlots(room));
    expect(apply(untouched, onlyEvent(act(room, asked, contextOf(api()))).event)).toEqual(names);
  });

  test('creation: all three', () => {
    const room = emptyRoom();
    const event = onlyEvent(act(room, command.create('carla'), contextOf(api()))).event;
    expect(apply(emptyRoom(), event)).toEqual(['head', 'profile', 'member/carla', 'settings', 'close']);
  });

  test('an event of a newer version: only the head', () => {
    const room = lobby();
    expect(apply(room, Event.create({ position: room.last + 5 }))).toEqual(['head']);
  });
});

describe('a member', () => {
  test('who is an unmarked guest again is kept no longer', () => {
    const room = lobby();
    for (const one of [command.mute('gus'), command.timedMute('gus', 5)]) act(room, one, contextOf(api()));
    act(room, command.unmute('gus'), contextOf(api()));
    expect(room.members.has(account('gus'))).toBe(true);
    act(room, command.timedUnmute('gus'), contextOf(api()));
    expect(room.members.has(account('gus'))).toBe(false);
    expect(slotsOf(room, ['member/gus'])).toEqual([{ name: 'member/gus', value: undefined }]);
  });

  test('keeps other marks when one goes', () => {
    const room = lobby();
    act(room, command.mute('rita'), contextOf(api()));
    act(room, command.setRole('rita', Role.ROLE_GUEST), contextOf(session('carla')));
    expect(room.members.get(account('rita'))).toMatchObject({ role: Role.ROLE_GUEST, muted: true });
  });
});

describe('slots', () => {
  test('of a room that was never created: a head alone', () => expect(allSlots(emptyRoom()).map(({ name }) => name)).toEqual(['head']));

  test('of a newer version are passed over', () => {
    const room = lobby();
    expect(
      roomFromSlots(room.id, [
        ...allSlots(room),
        { name: 'hologram', value: Uint8Array.of(255) },
        { name: 'aura/x', value: Uint8Array.of(255) },
      ]),
    ).toEqual(room);
  });

  test('that nobody knows are gone', () =>
    expect(slotsOf(lobby(), ['hologram', 'aura/x', 'queue'])).toEqual(
      ['hologram', 'aura/x', 'queue'].map((name) => ({ name, value: undefined })),
    ));
});
