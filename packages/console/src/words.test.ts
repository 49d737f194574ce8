import { describe, expect, test } from '@jest/globals';
import { Event, LeaveReason, Member, MemberChanges, Message, Role, type Body } from '@plaza/proto/client';
import { guestName, tidyName } from './guest-name.js';
import { roleName, sentenceOf, sentencesOf, silenceOf, spanOf, textOf } from './words.js';

const media = { url: 'https://x/y', sizeBytes: 0, durationMs: 0, width: 0, height: 0, name: '', mimeType: '' };
const say = (kind: Event['kind'], more: Partial<Event> = {}): string | undefined =>
  sentenceOf(Event.fromPartial({ position: 1, targets: ['bob'], kind, ...more } as object), (account) => account.toUpperCase());

const renamed = (nickname: string, before: string): string | undefined =>
  say({
    $case: 'memberUpdated',
    value: {
      changes: MemberChanges.fromPartial({ nickname }),
      previous: MemberChanges.fromPartial({ nickname: before }),
      saved: false,
      deviceId: '',
    },
  });

describe('sentences of events', () => {
  test.each([
    ['BOB left', say({ $case: 'left', value: { account: 'bob', reason: LeaveReason.LEAVE_REASON_ASKED } })],
    ['BOB was muted by ANN', say({ $case: 'muted', value: {} }, { operator: 'ann' })],
    ['BOB was muted for 2 minutes', say({ $case: 'timedMuted', value: { seconds: 120, untilMs: 0 } })],
    ['BOB may speak again', say({ $case: 'unmuted', value: {} })],
    ['BOB was removed by ANN: spam', say({ $case: 'kicked', value: { reason: 'spam', refusedUntilMs: 0 } }, { operator: 'ann' })],
    ['BOB is an administrator now', say({ $case: 'roleChanged', value: { role: Role.ROLE_ADMINISTRATOR, previous: Role.ROLE_GUEST } })],
    ['The room was closed: late', say({ $case: 'roomClosed', value: { reason: 'late', close: undefined } })],
    ['BOB was blocked', say({ $case: 'blocked', value: { reason: '', previousRole: Role.ROLE_GUEST } })],
    ['BOB may come in again', say({ $case: 'unblocked', value: {} })],
    ['Only managers may speak now: muted by ANN', say({ $case: 'roomMuted', value: {} }, { operator: 'ann' })],
    ['Everybody may speak again', say({ $case: 'roomUnmuted', value: {} })],
    ['Whoever has the tag red was muted for 1 minute', say({ $case: 'tagMuted', value: { tag: 'red', seconds: 60, untilMs: 0 } })],
    [
      'A message was taken back by ANN',
      say({ $case: 'messageRecalled', value: { recalled: 5, account: 'bob', sinceMs: 0 } }, { operator: 'ann' }),
    ],
    ['The messages of BOB were taken back', say({ $case: 'messageRecalled', value: { recalled: 0, account: 'bob', sinceMs: 5 } })],
    ['Bob is called Robert now', renamed('Robert', 'Bob')],
    ['BOB is called Robert now', renamed('Robert', '')],
    [undefined, say({ $case: 'memberUpdated', value: { changes: undefined, previous: undefined, saved: false, deviceId: '' } })],
  ])('%s', (expected, sentence) => expect(sentence).toBe(expected));

  test('use the names of their time', () => {
    const of = (kind: Event['kind']): Event => Event.fromPartial({ position: 1, kind } as object);
    const member = (account: string, nickname: string): Member => Member.fromPartial({ account, nickname });
    const events = [
      of({ $case: 'left', value: { account: 'x', reason: LeaveReason.LEAVE_REASON_ASKED } }),
      of({ $case: 'entered', value: { member: member('bob', 'Bob') } }),
      of({ $case: 'left', value: { account: 'bob', reason: LeaveReason.LEAVE_REASON_ASKED } }),
      of({ $case: 'entered', value: { member: member('bob', 'Robert') } }),
      { ...of({ $case: 'muted', value: {} }), targets: ['me'], operator: 'bob' },
    ];
    expect(sentencesOf(events, 'me', new Map([['x', 'Xenia']]))).toEqual([
      'Xenia left',
      'Bob came in',
      'Bob left',
      'Robert came in',
      'You were muted by Robert',
    ]);
  });

  test('a kick is told once, and what this page does not know not at all', () => {
    expect(say({ $case: 'left', value: { account: 'bob', reason: LeaveReason.LEAVE_REASON_KICKED } })).toBeUndefined();
    expect(say(undefined)).toBeUndefined();
  });

  test.each([
    [1, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [7200, '2 hours'],
    [2_592_000, '30 days'],
  ])('%i seconds: %s', (seconds, words) => expect(spanOf(seconds)).toBe(words));

  test('roles', () =>
    expect([Role.ROLE_CREATOR, Role.ROLE_REGULAR, Role.ROLE_GUEST].map(roleName)).toEqual(['creator', 'member', 'guest']));
});

describe('names', () => {
  test('a guest has one', () => expect(guestName(() => 0)).toBe('Calm Otter'));
  test('blanks are tidied, length is bounded, nothing is no name', () => {
    expect(tidyName('  Ann \n  B ')).toBe('Ann B');
    expect(tidyName('x'.repeat(50))).toHaveLength(32);
    expect(tidyName('  ')).toBeUndefined();
  });
});

describe('what a message says', () => {
  test.each<[string, Body['content']]>([
    ['hi', { $case: 'text', value: { text: 'hi' } }],
    ['[wave]', { $case: 'custom', value: { subType: 'wave', content: '{}' } }],
    ['[image] cat.png', { $case: 'image', value: { ...media, name: 'cat.png' } }],
    ['[voice] https://x/y', { $case: 'voice', value: media }],
    ['[place] Pier', { $case: 'location', value: { latitude: 1, longitude: 2, title: 'Pier', address: '' } }],
    ['News: all is well', { $case: 'notification', value: { title: 'News', text: 'all is well' } }],
    ['3 × rose', { $case: 'tip', value: { gift: 'rose', count: 3, amount: 1, currency: '', text: '' } }],
    ['', undefined],
  ])('%s', (text, content) => expect(textOf(Message.fromPartial({ body: { content } }))).toBe(text));
});

describe('who may not speak', () => {
  test.each<[string, Partial<Member>, boolean]>([
    ['', {}, false],
    ['Only managers may speak now', {}, true],
    ['', { role: Role.ROLE_ADMINISTRATOR }, true],
    ['You are muted', { muted: true, timedMuteLeftSeconds: 5 }, true],
    ['You are muted for 5 seconds', { timedMuteLeftSeconds: 5 }, false],
  ])('%s', (why, member, roomMuted) => expect(silenceOf(Member.fromPartial(member), roomMuted)).toBe(why));
});
