import { describe, expect, test } from '@jest/globals';
import { MessageClass, Role } from '@plaza/proto/client';
import { decide } from '../decide.js';
import { act, api, command, contextOf, inShort, json, lobby, onlyEvent, people, presenceOf, session, startMs } from '../rooms.arbitrary.js';
import type { Actor, Command, CreatedRoom } from '../types.js';

const nowMs = startMs + 60_000;
const sent = 'message accepted';
const after = (...commands: Command[]): CreatedRoom => {
  const room = lobby();
  for (const one of commands) act(room, one, contextOf(api()));
  return room;
};
const roomMuted = () => {
  const room = lobby();
  room.profile.roomMuted = true;
  return room;
};
const blocked = () => {
  const room = lobby();
  act(room, json({ blockMember: { account: 'gus' } }), contextOf(api()));
  return room;
};

describe('who may send', () => {
  test.each<[string, () => CreatedRoom, Actor, string]>([
    ['the creator', lobby, session(people.creator), sent],
    ['a guest', lobby, session(people.guest), sent],
    ['an anonymous guest', lobby, session(people.anonymous), 'no: not-allowed'],
    ['a session that is not in the room', lobby, session('stranger'), 'no: not-joined'],
    ['a muted guest', () => after(command.mute('gus')), session('gus'), 'no: muted'],
    ['an unmuted guest', () => after(command.mute('gus'), command.unmute('gus')), session('gus'), sent],
    ['a guest muted for a time', () => after(command.timedMute('gus', 1)), session('gus'), 'no: timed-muted'],
    ['a muted administrator', () => after(command.mute('adam')), session('adam'), 'no: muted'],
    ['a blocked guest', blocked, session('gus'), 'no: blocked'],
    ['a guest in a closed room', () => after(command.close()), session('gus'), 'no: room-closed'],
    ['the platform in a closed room', () => after(command.close()), api(), 'no: room-closed'],
    ['the creator, room muted', roomMuted, session(people.creator), sent],
    ['an administrator, room muted', roomMuted, session(people.administrator), sent],
    ['a regular member, room muted', roomMuted, session(people.regular), 'no: room-muted'],
    ['a guest, room muted', roomMuted, session(people.guest), 'no: room-muted'],
    ['the platform, room muted', roomMuted, api(), sent],
    ['the server API as an account that is not present', lobby, api(undefined, 'stranger'), sent],
    ['the server API as a muted account', () => after(command.mute('gus')), api(undefined, 'gus'), 'no: muted'],
    ['the server API as an account muted for a time', () => after(command.timedMute('gus', 9)), api(undefined, 'gus'), 'no: timed-muted'],
    ['the server API as a blocked account', blocked, api(undefined, 'gus'), 'no: blocked'],
    ['the server API as a guest, room muted', roomMuted, api(undefined, 'gus'), 'no: room-muted'],
    ['the server API as an anonymous guest', lobby, api(undefined, 'anon-1'), 'no: not-allowed'],
  ])('%s', (_, room, actor, outcome) => expect(inShort(decide(room(), command.say('hello'), contextOf(actor)))).toBe(outcome));

  test('who is muted for a time is told for how long, to the millisecond, and may send at its end', () => {
    const room = after(command.timedMute('gus', 30));
    const at = (ms: number) => decide(room, command.say('x'), contextOf(session('gus'), { nowMs: nowMs + ms }));
    expect(at(0)).toMatchObject({ refusal: { code: 'timed-muted', retryAfterMs: 30_000 } });
    expect(at(29_999)).toMatchObject({ refusal: { retryAfterMs: 1 } });
    expect(inShort(at(30_000))).toBe(sent);
  });
});

describe('what may be sent', () => {
  test.each<[string, Command, string]>([
    ['one character', command.say('x'), sent],
    ['4096 characters outside the basic plane', command.say('🎈'.repeat(4096)), sent],
    ['4097 characters', command.say('x'.repeat(4097)), 'no: too-large'],
    ['4097 characters outside the basic plane', command.say('🎈'.repeat(4097)), 'no: too-large'],
    ['nothing', command.say(''), 'no: bad-request'],
    ['lines and tabs', command.say('a\n\tb'), sent],
    ['a carriage return', command.say('a\r\nb'), 'no: bad-request'],
    ['a bell', command.say('\u0007'), 'no: bad-request'],
    ['a control character of the second range', command.say('\u0085'), 'no: bad-request'],
    ['an unpaired surrogate', command.say('a\ud800b'), 'no: bad-request'],
    ['any script, with joiners', command.say('नमस्ते 👩‍👩‍👧 שלום'), sent],
    ['an ext of 4096 characters', command.say('x', { ext: 'e'.repeat(4096) }), sent],
    ['an ext of 4097 characters', command.say('x', { ext: 'e'.repeat(4097) }), 'no: too-large'],
    ['an ext with an unpaired surrogate', command.say('x', { ext: '\udc00' }), 'no: bad-request'],
    ['no body', { $case: 'sendMessage', value: { body: undefined, options: undefined } }, 'no: bad-request'],
    [
      'a body without content',
      { $case: 'sendMessage', value: { body: { ext: 'x', content: undefined }, options: undefined } },
      'no: bad-request',
    ],
    ['a custom message', command.custom('gift.v1', '{"a":1}'), sent],
    ['a custom message without a sub-type', command.custom('', 'x'), 'no: bad-request'],
    ['a sub-type of 33 characters', command.custom('x'.repeat(33), 'x'), 'no: bad-request'],
    ['a sub-type with a space', command.custom('a b', 'x'), 'no: bad-request'],
    ['a custom content of 4097 characters', command.custom('a', 'x'.repeat(4097)), 'no: too-large'],
    ['class high', command.say('x', { class: MessageClass.MESSAGE_CLASS_HIGH }), sent],
    ['class system', command.say('x', { class: MessageClass.MESSAGE_CLASS_SYSTEM }), 'no: not-allowed'],
    ['a class that does not exist', command.say('x', { class: 9 as MessageClass }), 'no: bad-request'],
  ])('%s', (_, asked, outcome) => {
    expect(inShort(decide(lobby(), asked, contextOf(session(people.guest))))).toBe(outcome);
    expect(inShort(decide(lobby(), asked, contextOf(api())))).toBe(outcome);
  });

  test('the limits are the context’s', () => {
    const context = contextOf(session('gus'));
    const small = { ...context, limits: { ...context.limits, bodyCodePoints: 3, extCodePoints: 2 } };
    expect(inShort(decide(lobby(), command.say('four'), small))).toBe('no: too-large');
    expect(inShort(decide(lobby(), command.say('thr', { ext: 'abc' }), small))).toBe('no: too-large');
  });
});

describe('a message', () => {
  test('says who sent it, as what, and is answered by its id', () => {
    const room = lobby();
    const decision = decide(room, command.say('hello', { ext: 'e' }), contextOf(session('adam'), { commandId: 'mine' }));
    const { event, stored, audience } = onlyEvent(decision);
    expect(event).toMatchObject({
      timeMs: nowMs,
      operator: 'adam',
      targets: [],
      kind: {
        $case: 'message',
        value: {
          account: 'adam',
          nickname: 'adam!',
          role: Role.ROLE_ADMINISTRATOR,
          body: { ext: 'e', content: { $case: 'text', value: { text: 'hello' } } },
          class: MessageClass.MESSAGE_CLASS_NORMAL,
          commandId: 'mine',
        },
      },
    });
    expect({ stored, audience }).toEqual({ stored: true, audience: 'all' });
    expect(decision).toMatchObject({
      reply: { $case: 'accepted', value: { messageId: String(event.position), position: event.position } },
    });
  });

  test('is stored unless its sender does not want it', () => {
    expect(onlyEvent(decide(lobby(), command.say('x', { store: false }), contextOf(session('gus')))).stored).toBe(false);
    expect(onlyEvent(decide(lobby(), command.say('x', { store: true }), contextOf(session('gus')))).stored).toBe(true);
  });

  test('does not show an id that the edge made up', () => {
    const { event } = onlyEvent(decide(lobby(), command.say('x'), contextOf(session('gus'), { commandId: '~edge-1.7' })));
    expect(event.kind).toMatchObject({ value: { commandId: '' } });
  });

  test.each([
    [api(), { operator: '', kind: { value: { account: '', role: Role.ROLE_UNSPECIFIED } } }],
    [api(undefined, 'rita'), { operator: '', kind: { value: { account: 'rita', role: Role.ROLE_REGULAR } } }],
    [api('adam', 'rita'), { operator: 'adam', kind: { value: { account: 'rita' } } }],
  ])('of the server API says so: %j', (actor, expected) => {
    expect(onlyEvent(decide(lobby(), command.say('x'), contextOf(actor, { presence: presenceOf({}) }))).event).toMatchObject(expected);
  });
});
