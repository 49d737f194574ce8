import { describe, expect, test } from '@jest/globals';
import { LeaveReason, Role, type Event } from '@plaza/client';
import { guestName, tidyName } from './guest-name.js';
import { roleName, sentenceOf, sentencesOf, spanOf } from './words.js';

const say = (kind: Event['kind'], more: Partial<Event> = {}): string | undefined =>
  sentenceOf({ position: 1, timeMs: 1, operator: '', targets: ['bob'], notifyExt: '', kind, ...more }, (account) => account.toUpperCase());

describe('sentences of events', () => {
  test.each([
    ['BOB left', say({ $case: 'left', value: { account: 'bob', reason: LeaveReason.LEAVE_REASON_ASKED } })],
    ['BOB was muted by ANN', say({ $case: 'muted', value: {} }, { operator: 'ann' })],
    ['BOB was muted for 2 minutes', say({ $case: 'timedMuted', value: { seconds: 120, untilMs: 0 } })],
    ['BOB may speak again', say({ $case: 'unmuted', value: {} })],
    ['BOB was removed by ANN: spam', say({ $case: 'kicked', value: { reason: 'spam' } }, { operator: 'ann' })],
    ['BOB is administrator now', say({ $case: 'roleChanged', value: { role: Role.ROLE_ADMINISTRATOR, previous: Role.ROLE_GUEST } })],
    ['The room was closed: late', say({ $case: 'roomClosed', value: { reason: 'late' } })],
  ])('%s', (expected, sentence) => expect(sentence).toBe(expected));

  test('use the names of their time', () => {
    const of = (kind: Event['kind']): Event => ({ position: 1, timeMs: 1, operator: '', targets: [], notifyExt: '', kind });
    const member = (account: string, nickname: string) => ({
      ...{ account, nickname, role: 3, avatar: '', ext: '', online: true, enteredMs: 1 },
      ...{ muted: false, timedMuteLeftSeconds: 0, blocked: false, devices: [] },
    });
    const events = [
      of({ $case: 'left', value: { account: 'x', reason: LeaveReason.LEAVE_REASON_ASKED } }),
      of({ $case: 'entered', value: { member: member('bob', 'Bob') } } as Event['kind']),
      of({ $case: 'left', value: { account: 'bob', reason: LeaveReason.LEAVE_REASON_ASKED } }),
      of({ $case: 'entered', value: { member: member('bob', 'Robert') } } as Event['kind']),
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
