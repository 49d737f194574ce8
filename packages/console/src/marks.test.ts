import { describe, expect, test } from '@jest/globals';
import { Event } from '@plaza/proto/client';
import { marksAfter, marksOf } from './marks.js';

type Kind = NonNullable<Event['kind']>;
const at = (position: number, kind: Kind): Event => Event.fromPartial({ position, kind });
const pin = (position: number, messageId: string, account = 'ann'): Event =>
  Event.fromPartial({ position, kind: { $case: 'pinned', value: { pinned: { messageId, message: { account } } } } });
const recall = (position: number, recalled: number, account = ''): Event =>
  at(position, { $case: 'messageRecalled', value: { recalled, account, sinceMs: 0 } });

describe('what stands beside the messages', () => {
  test('is told at the entry', () => {
    const pinned = { messageId: '5', message: undefined, operator: 'ann', timeMs: 1 };
    expect(marksOf({ pinned, roomMuted: true }, 9)).toMatchObject({ pinned, roomMuted: true });
    expect(marksOf(undefined, 9)).toMatchObject({ pinned: undefined, roomMuted: false });
  });

  test.each<[string, Event[], string | undefined]>([
    ['pinned', [pin(10, '5')], '5'],
    ['another instead', [pin(10, '5'), pin(11, '6')], '6'],
    ['unpinned', [pin(10, '5'), at(11, { $case: 'unpinned', value: { messageId: '5' } })], undefined],
    ['taken back', [pin(10, '5'), recall(11, 5)], undefined],
    ['another taken back', [pin(10, '5'), recall(11, 6)], '5'],
    ['all of its author taken back', [pin(10, '5'), recall(11, 0, 'ann')], undefined],
    ['all of another taken back', [pin(10, '5'), recall(11, 0, 'bob')], '5'],
    ['from before the entry', [pin(9, '5')], undefined],
    ['read again after a newer one', [pin(12, '6'), pin(10, '5')], '6'],
  ])('a pinned message: %s', (_, events, id) => {
    expect(marksAfter(marksOf(undefined, 9), events).pinned?.messageId).toBe(id);
  });

  test.each<[string, Event[], boolean]>([
    ['muted', [at(10, { $case: 'roomMuted', value: {} })], true],
    ['no more', [at(10, { $case: 'roomMuted', value: {} }), at(11, { $case: 'roomUnmuted', value: {} })], false],
    ['in a gap that was read later', [at(12, { $case: 'roomUnmuted', value: {} }), at(10, { $case: 'roomMuted', value: {} })], false],
    ['a member only', [at(10, { $case: 'muted', value: {} })], false],
  ])('a muted room: %s', (_, events, muted) => {
    expect(marksAfter(marksOf(undefined, 9), events).roomMuted).toBe(muted);
  });
});
