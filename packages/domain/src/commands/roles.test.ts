import { describe, expect, test } from '@jest/globals';
import { Role } from '@plaza/proto/client';
import { decide } from '../decide.js';
import { defaultLimits } from '../limits.js';
import { act, api, command, contextOf, inShort, lobby, onlyEvent, people, session } from '../rooms.arbitrary.js';
import type { Actor } from '../types.js';

const {
  ROLE_ADMINISTRATOR: administrator,
  ROLE_REGULAR: regular,
  ROLE_GUEST: guest,
  ROLE_UNSPECIFIED: unset,
  ROLE_CREATOR: creator,
} = Role;
const changed = 'roleChanged done';

describe('set a role', () => {
  test.each<[string, Actor, string, Role, string]>([
    ['the creator makes a guest an administrator', session(people.creator), people.guest, administrator, changed],
    ['the creator makes an administrator a regular member', session(people.creator), people.administrator, regular, changed],
    ['the creator makes an administrator a guest', session(people.creator), people.administrator, unset, changed],
    ['the creator makes who never entered an administrator', session(people.creator), 'stranger', administrator, changed],
    ['the server API makes a guest an administrator', api(), people.guest, administrator, changed],
    ['an administrator makes a guest a regular member', session(people.administrator), people.guest, regular, changed],
    ['an administrator makes a regular member a guest', session(people.administrator), people.regular, guest, changed],
    ['an administrator makes a guest an administrator', session(people.administrator), people.guest, administrator, 'no: not-allowed'],
    ['an administrator ends his own role', session(people.administrator), people.administrator, guest, 'no: not-allowed'],
    [
      'the server API for an administrator makes an administrator',
      api(people.administrator),
      people.guest,
      administrator,
      'no: not-allowed',
    ],
    ['a regular member makes a regular member', session(people.regular), people.guest, regular, 'no: not-allowed'],
    ['a guest makes himself a regular member', session(people.guest), people.guest, regular, 'no: not-allowed'],
    ['what a member is already', session(people.creator), people.regular, regular, 'unchanged'],
    ['a guest to a guest', session(people.creator), people.guest, guest, 'unchanged'],
    ['a guest to a guest by a guest', session(people.guest), people.other, guest, 'no: not-allowed'],
    ['the creator himself', session(people.creator), people.creator, guest, 'no: not-allowed'],
    ['the creator by the server API', api(), people.creator, administrator, 'no: not-allowed'],
    ['a second creator', api(), people.guest, creator, 'no: bad-request'],
    ['anonymous', api(), people.guest, Role.ROLE_ANONYMOUS, 'no: bad-request'],
    ['a role that does not exist', api(), people.guest, 77 as Role, 'no: bad-request'],
    ['an anonymous guest', api(), people.anonymous, regular, 'no: not-allowed'],
    ['an account that is none', api(), 'a b', regular, 'no: bad-request'],
  ])('%s', (_, actor, name, role, outcome) =>
    expect(inShort(decide(lobby(), command.setRole(name, role), contextOf(actor)))).toBe(outcome),
  );

  test('names the role before', () => {
    const { event } = onlyEvent(decide(lobby(), command.setRole('rita', administrator), contextOf(session('carla'))));
    expect(event).toMatchObject({ operator: 'carla', targets: ['rita'], kind: { value: { role: administrator, previous: regular } } });
  });

  test.each([
    [true, 'roleChanged done'],
    [false, '-roleChanged done'],
  ])('notice %s', (notify, outcome) => {
    expect(inShort(decide(lobby(), command.setRole('gus', regular, { notify, ext: '' }), contextOf(api())))).toBe(outcome);
  });

  test('has a cap of regular members and administrators together, the creator not counted', () => {
    const room = lobby();
    const context = contextOf(api(), { limits: { ...defaultLimits, permanentMembers: 3 } });
    expect(inShort(act(room, command.setRole('gus', regular), context))).toBe(changed);
    expect(inShort(act(room, command.setRole('otto', administrator), context))).toBe('no: too-many-members');
    expect(inShort(act(room, command.setRole('gus', administrator), context))).toBe(changed);
    expect(inShort(act(room, command.setRole('adam', guest), context))).toBe(changed);
    expect(inShort(act(room, command.setRole('otto', administrator), context))).toBe(changed);
  });
});
