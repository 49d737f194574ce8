import { describe, expect, test } from '@jest/globals';
import { NoticesMode, type RoomChanges } from '@plaza/proto/client';
import { decide } from '../decide.js';
import {
  act,
  api,
  command,
  contextOf,
  emptyRoom,
  inShort,
  lobby,
  noChanges,
  onlyEvent,
  people,
  session,
  startMs,
} from '../rooms.arbitrary.js';
import type { Actor, Command } from '../types.js';

describe('create', () => {
  test.each<[string, Command, Actor, string]>([
    ['by the server API', command.create('carla', { name: 'Lobby' }), api(), '-roomCreated done'],
    ['without a profile', command.create('carla'), api(), '-roomCreated done'],
    ['by a session', command.create('carla'), session('carla'), 'no: not-allowed'],
    ['for nobody', command.create(''), api(), 'no: bad-request'],
    ['for an account that is none', command.create('a b'), api(), 'no: bad-request'],
    ['for an anonymous guest', command.create('anon-1'), api(), 'no: bad-request'],
    ['with a name that is too long', command.create('carla', { name: 'x'.repeat(129) }), api(), 'no: too-large'],
    ['with a notices mode that does not exist', command.create('carla', { notices: 9 as NoticesMode }), api(), 'no: bad-request'],
  ])('%s', (_, asked, actor, outcome) => expect(inShort(decide(emptyRoom(), asked, contextOf(actor)))).toBe(outcome));

  test('a second time: it exists', () => expect(inShort(decide(lobby(), command.create('carla'), contextOf(api())))).toBe('no: exists'));

  test('makes an open room with its creator in it, no anonymous guests unless asked for', () => {
    const room = emptyRoom();
    act(room, command.create('carla', { name: 'Lobby' }), contextOf(api(), { nowMs: startMs }));
    expect(room.profile).toEqual({
      creator: 'carla',
      name: 'Lobby',
      announcement: '',
      broadcastUrl: '',
      ext: '',
      createdMs: startMs,
      updatedMs: startMs,
      open: true,
      roomMuted: false,
      notices: NoticesMode.NOTICES_MODE_AUTO,
      anonymousAllowed: false,
      queueRights: 1,
    });
    expect([...room.members.keys()]).toEqual(['carla']);
  });
});

describe('update', () => {
  test.each<[string, Partial<RoomChanges>, Actor, string]>([
    ['by the creator', { name: 'New' }, session(people.creator), 'roomUpdated done'],
    ['by an administrator', { name: 'New' }, session(people.administrator), 'roomUpdated done'],
    ['by a regular member', { name: 'New' }, session(people.regular), 'no: not-allowed'],
    ['by a guest', { name: 'New' }, session(people.guest), 'no: not-allowed'],
    ['by the server API', { name: 'New' }, api(), 'roomUpdated done'],
    ['by the server API for a guest', { name: 'New' }, api(people.guest), 'no: not-allowed'],
    ['to what it is', { name: '', notices: NoticesMode.NOTICES_MODE_AUTO }, api(), 'unchanged'],
    ['to unspecified notices, which are auto', { notices: NoticesMode.NOTICES_MODE_UNSPECIFIED }, api(), 'unchanged'],
    ['of nothing', {}, api(), 'unchanged'],
    ['an announcement of 4096 characters', { announcement: '🎈'.repeat(4096) }, api(), 'roomUpdated done'],
    ['an announcement of 4097 characters', { announcement: 'x'.repeat(4097) }, api(), 'no: too-large'],
    ['a broadcast URL of 1025 characters', { broadcastUrl: 'x'.repeat(1025) }, api(), 'no: too-large'],
    ['an ext of 4097 characters', { ext: 'x'.repeat(4097) }, api(), 'no: too-large'],
    ['a name with a control character', { name: 'a\u0000' }, api(), 'no: bad-request'],
  ])('%s', (_, changes, actor, outcome) => expect(inShort(decide(lobby(), command.update(changes), contextOf(actor)))).toBe(outcome));

  test('tells what changes and what it was, and nothing else', () => {
    const room = lobby({ name: 'Old', ext: 'same' });
    const { event } = onlyEvent(
      act(room, command.update({ name: 'New', ext: 'same', anonymousAllowed: false }), contextOf(session('adam'))),
    );
    expect(event.kind).toMatchObject({
      $case: 'roomUpdated',
      value: {
        changes: { ...noChanges, name: 'New', anonymousAllowed: false },
        previous: { ...noChanges, name: 'Old', anonymousAllowed: true },
      },
    });
    expect(room.profile).toMatchObject({ name: 'New', anonymousAllowed: false, createdMs: startMs, updatedMs: startMs + 60_000 });
  });

  test('can be silent and carry a note', () => {
    const { event, audience } = onlyEvent(decide(lobby(), command.update({ name: 'N' }, { notify: false, ext: 'note' }), contextOf(api())));
    expect([audience, event.notifyExt]).toEqual(['nobody', 'note']);
  });
});

describe('open and close', () => {
  test.each<[string, Command[], Command, Actor, string]>([
    ['close by the creator', [], command.close('bye'), session(people.creator), 'roomClosed done'],
    ['close by an administrator', [], command.close(), session(people.administrator), 'no: not-allowed'],
    ['close by the server API', [], command.close(), api(), 'roomClosed done'],
    ['close by the server API for a guest', [], command.close(), api(people.guest), 'no: not-allowed'],
    ['close what is closed', [command.close()], command.close(), api(), 'unchanged'],
    ['close with a reason of 257 characters', [], command.close('x'.repeat(257)), api(), 'no: too-large'],
    ['open what is open', [], command.open(), api(), 'unchanged'],
    ['open again', [command.close()], command.open(), api(), 'roomOpened done'],
    ['open by an administrator', [command.close()], command.open(), session(people.administrator), 'no: not-allowed'],
    ['open with a note that is too long', [command.close()], command.open({ notify: true, ext: 'x'.repeat(2049) }), api(), 'no: too-large'],
    ['close silently', [], command.close('', { notify: false, ext: '' }), api(), '-roomClosed done'],
  ])('%s', (_, before, asked, actor, outcome) => {
    const room = lobby();
    for (const one of before) act(room, one, contextOf(api()));
    expect(inShort(decide(room, asked, contextOf(actor)))).toBe(outcome);
  });

  test('a closed room can still be moderated and changed by the server API', () => {
    const room = lobby();
    act(room, command.close('bye'), contextOf(api()));
    expect(inShort(act(room, command.mute('gus'), contextOf(api())))).toBe('muted done');
    expect(inShort(act(room, command.update({ name: 'x' }), contextOf(api())))).toBe('roomUpdated done');
  });
});
