import { describe, expect, test } from '@jest/globals';
import { decide } from '../decide.js';
import { act, api, command, contextOf, inShort, lobby, onlyEvent, people, presenceOf, session, startMs } from '../rooms.arbitrary.js';
import type { Actor, Command } from '../types.js';

const nowMs = startMs + 60_000;
const columns = ['creator', 'administrator', 'regular', 'guest', 'anonymous'] as const;

/** One letter a target, in the order of `columns`: y, or n for not-allowed. */
const reach: [string, Actor, string, string][] = [
  ['the creator', session(people.creator), 'nyyyn', 'nyyyy'],
  ['an administrator', session(people.administrator), 'nnyyn', 'nnyyy'],
  ['a regular member', session(people.regular), 'nnnnn', 'nnnnn'],
  ['a guest', session(people.guest), 'nnnnn', 'nnnnn'],
  ['an anonymous guest', session(people.anonymous), 'nnnnn', 'nnnnn'],
  ['the server API', api(), 'nyyyn', 'nyyyy'],
  ['the server API for the creator', api(people.creator), 'nyyyn', 'nyyyy'],
  ['the server API for an administrator', api(people.administrator), 'nnyyn', 'nnyyy'],
  ['the server API for a guest', api(people.guest), 'nnnnn', 'nnnnn'],
];

const letters = (actor: Actor, make: (name: string) => Command) =>
  columns.map((column) => (inShort(decide(lobby(), make(people[column]), contextOf(actor))) === 'no: not-allowed' ? 'n' : 'y')).join('');

describe('whom an operator can reach: creator, administrator, regular, guest, anonymous', () => {
  test.each(reach)('%s', (_, actor, marks, kicks) => {
    expect(letters(actor, command.mute)).toBe(marks);
    expect(letters(actor, command.unmute)).toBe(marks);
    expect(letters(actor, (name) => command.timedMute(name, 60))).toBe(marks);
    expect(letters(actor, command.timedUnmute)).toBe(marks);
    expect(letters(actor, command.kick)).toBe(kicks);
  });

  test('a session that is not in the room reaches nobody', () => {
    const context = contextOf(session(people.creator), { presence: presenceOf({ gus: 1 }) });
    expect(inShort(decide(lobby(), command.mute('gus'), context))).toBe('no: not-joined');
  });
});

describe('mutes', () => {
  test.each<[string, Command[], Command, string]>([
    ['mute', [], command.mute('gus'), 'muted done'],
    ['mute a second time', [command.mute('gus')], command.mute('gus'), 'unchanged'],
    ['mute who never entered', [], command.mute('stranger'), 'muted done'],
    ['unmute', [command.mute('gus')], command.unmute('gus'), 'unmuted done'],
    ['unmute who is not muted', [], command.unmute('gus'), 'unchanged'],
    ['unmute who is only muted for a time', [command.timedMute('gus', 9)], command.unmute('gus'), 'unchanged'],
    ['mute for a time', [], command.timedMute('gus', 1), 'timedMuted done'],
    ['mute for 30 days', [], command.timedMute('gus', 2_592_000), 'timedMuted done'],
    ['mute for a time again', [command.timedMute('gus', 9)], command.timedMute('gus', 9), 'timedMuted done'],
    ['mute for no time', [], command.timedMute('gus', 0), 'no: bad-request'],
    ['mute for more than 30 days', [], command.timedMute('gus', 2_592_001), 'no: bad-request'],
    ['end a timed mute', [command.timedMute('gus', 9)], command.timedUnmute('gus'), 'timedUnmuted done'],
    ['end a timed mute that is none', [command.mute('gus')], command.timedUnmute('gus'), 'unchanged'],
    ['an account that is none', [], command.mute('not an account'), 'no: bad-request'],
    ['no account', [], command.mute(''), 'no: bad-request'],
    ['without telling the room', [], command.mute('gus', { notify: false, ext: '' }), '-muted done'],
    ['telling the room', [], command.mute('gus', { notify: true, ext: '' }), 'muted done'],
    ['with a note of 2048 characters', [], command.mute('gus', { notify: undefined, ext: '🎈'.repeat(2048) }), 'muted done'],
    ['with a note of 2049 characters', [], command.mute('gus', { notify: undefined, ext: 'x'.repeat(2049) }), 'no: too-large'],
  ])('%s', (_, before, asked, outcome) => {
    const room = lobby();
    for (const one of before) act(room, one, contextOf(api()));
    expect(inShort(decide(room, asked, contextOf(api())))).toBe(outcome);
  });

  test('an event names operator, target and note', () => {
    const decision = decide(lobby(), command.mute('gus', { notify: undefined, ext: 'spam' }), contextOf(session('adam')));
    expect(onlyEvent(decision).event).toMatchObject({ operator: 'adam', targets: ['gus'], notifyExt: 'spam', timeMs: nowMs });
  });

  test('a timed mute tells until when, its early end how long was left, rounded up', () => {
    const room = lobby();
    const muted = act(room, command.timedMute('gus', 60), contextOf(api()));
    expect(onlyEvent(muted).event.kind).toEqual({ $case: 'timedMuted', value: { seconds: 60, untilMs: nowMs + 60_000 } });
    const ended = act(room, command.timedUnmute('gus'), contextOf(api(), { nowMs: nowMs + 10_001 }));
    expect(onlyEvent(ended).event.kind).toEqual({ $case: 'timedUnmuted', value: { secondsLeft: 50 } });
    expect(ended).toMatchObject({ reply: { $case: 'done', value: { secondsLeft: 50 } } });
  });

  test('the permanent mute and the timed one do not touch each other', () => {
    const room = lobby();
    for (const one of [command.mute('gus'), command.timedMute('gus', 60), command.unmute('gus')]) act(room, one, contextOf(api()));
    expect(inShort(decide(room, command.say('x'), contextOf(session('gus'))))).toBe('no: timed-muted');
  });
});

describe('kick', () => {
  test.each<[string, Command, string]>([
    ['who is there', command.kick('gus', 'spam'), 'kicked done'],
    ['who is not', command.kick('stranger'), 'no: not-found'],
    ['with a reason of 257 characters', command.kick('gus', 'x'.repeat(257)), 'no: too-large'],
    ['without telling the room', command.kick('gus', '', { notify: false, ext: '' }), '-kicked done'],
    ['an account that is none', command.kick('a b'), 'no: bad-request'],
  ])('%s', (_, asked, outcome) => expect(inShort(decide(lobby(), asked, contextOf(session(people.creator))))).toBe(outcome));

  test('tells the reason', () => {
    const decision = decide(lobby(), command.kick('gus', 'spam'), contextOf(session('carla')));
    expect(onlyEvent(decision).event).toMatchObject({ operator: 'carla', targets: ['gus'], kind: { value: { reason: 'spam' } } });
  });
});
