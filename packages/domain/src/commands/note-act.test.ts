import { describe, expect, test } from '@jest/globals';
import { apply } from '../apply.js';
import { decide } from '../decide.js';
import { accountsRoom } from '../ids.js';
import { api, contextOf, json, lobby, session } from '../rooms.arbitrary.js';
import { newRoom } from '../room-state.js';

const note = (act: string, details: string) => json({ noteAct: { act, details } });

describe('an act of the server API that is no room’s', () => {
  test('is an event of the room of accounts that changes nothing there and that no member sees', () => {
    const room = newRoom(accountsRoom);
    const decision = decide(room, note('key-created', '{"id":"k1"}'), contextOf(api()));
    expect(decision).toMatchObject({
      events: [
        {
          stored: false,
          audience: 'nobody',
          event: { kind: { $case: 'actNoted', value: { act: 'key-created', details: '{"id":"k1"}' } } },
        },
      ],
      reply: { $case: 'done' },
    });
    if ('refusal' in decision) throw new Error('refused');
    expect(apply(room, decision.events[0]!.event)).toEqual(['head']);
  });

  test.each([
    ['an act without a name', '', '{}', 'bad-request'],
    ['another name', 'Key', '{}', 'bad-request'],
    ['a long name', 'k'.repeat(33), '{}', 'bad-request'],
    ['details that are none', 'k', 'x', 'bad-request'],
    ['a list', 'k', '[]', 'bad-request'],
    ['half an object', 'k', '{', 'bad-request'],
    ['long details', 'k', `{"x":"${'x'.repeat(4089)}"}`, 'too-large'],
  ])('%s is refused', (_, act, details, code) => {
    expect(decide(newRoom(accountsRoom), note(act, details), contextOf(api()))).toMatchObject({ refusal: { code } });
  });

  test('is nothing that a session or another room can be asked for', () => {
    expect(decide(newRoom(accountsRoom), note('k', '{}'), contextOf(session('gus')))).toMatchObject({ refusal: { code: 'not-allowed' } });
    expect(decide(lobby(), note('k', '{}'), contextOf(api()))).toMatchObject({ refusal: { code: 'bad-request' } });
    expect(decide(newRoom(accountsRoom), note('k', `{"x":"${'x'.repeat(4088)}"}`), contextOf(api()))).toMatchObject({
      reply: { $case: 'done' },
    });
  });
});
