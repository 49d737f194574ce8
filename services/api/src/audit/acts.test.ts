import { describe, expect, test } from '@jest/globals';
import { ContentRule, Event, NoticesMode, QueueChange, Role } from '@plaza/proto/client';
import type { EventCase } from './act.js';
import { actNames, actOf, judges } from './acts.js';
import { brief } from './act.js';

type Made = { operator?: string; targets?: string[]; notifyExt?: string; apiKey?: string | undefined; command?: number };
const at = 213_674_621_952_000;

/** The act of an event as the log has it. */
function judged(kind: EventCase, value: object, { apiKey = '', command = 0, ...event }: Made = {}) {
  const made = Event.fromPartial({ position: at, timeMs: 5, ...event, kind: { $case: kind, value } } as Parameters<
    typeof Event.fromPartial
  >[0]);
  return actOf(9, 'lobby', { apiKey: apiKey === '' ? undefined : apiKey, command }, made);
}

const host = { operator: 'host', targets: ['ann'] };
const api = { apiKey: 'root-0' };
const itself: Made = {};

const ann = { account: 'ann', body: { content: { $case: 'text', value: { text: 'x' } } } };
const own = { key: 'k', value: 'v', owner: 'ann', revision: 1, withOwner: false, updatedMs: 5 };
const seat = { key: 's', value: 'v', owner: 'ann', transient: true, revision: 1 };
const seatView = { key: 's', value: 'v', owner: 'ann', transient: true };
const ownView = { key: 'k', value: 'v', owner: 'ann', withOwner: false };

/** Every kind of event: what it says, who made it, and what is kept of it; undefined: no management act. */
const table: Record<EventCase, [title: string, value: object, by: Made, expected: object | undefined][]> = {
  message: [['a message', ann, { operator: 'ann' }, undefined]],
  entered: [['entering', { member: { account: 'ann' } }, { operator: 'ann' }, undefined]],
  left: [['leaving', { account: 'ann' }, { operator: 'ann' }, undefined]],
  away: [['absence', { away: ['ann'] }, itself, undefined]],
  muted: [['a mute', {}, host, { act: 'muted', targets: ['ann'], operator: 'host', details: {}, previous: {} }]],
  unmuted: [['its end', {}, { ...host, notifyExt: 'n' }, { act: 'unmuted', notifyExt: 'n' }]],
  timedMuted: [['a timed mute', { seconds: 60, untilMs: 65 }, host, { act: 'timed-muted', details: { seconds: 60, untilMs: 65 } }]],
  timedUnmuted: [
    ['its early end', { secondsLeft: 7 }, host, { act: 'timed-unmuted', details: { secondsLeft: 7 } }],
    ['its own end', { secondsLeft: 0 }, { targets: ['ann'] }, undefined],
  ],
  kicked: [
    ['a kick', { reason: 'spam', refusedUntilMs: 9 }, host, { act: 'kicked', reason: 'spam', details: { refusedUntilMs: 9 } }],
    ['one by the server API', { reason: '' }, { targets: ['ann'], ...api }, { operator: '', apiKey: 'root-0', reason: '', details: {} }],
  ],
  roleChanged: [
    [
      'a role',
      { role: Role.ROLE_ADMINISTRATOR, previous: Role.ROLE_UNSPECIFIED },
      host,
      { act: 'role-changed', details: { role: 'administrator' }, previous: { role: 'guest' } },
    ],
  ],
  blocked: [
    ['a block', { reason: 'r', previousRole: Role.ROLE_REGULAR }, host, { act: 'blocked', reason: 'r', previous: { role: 'regular' } }],
  ],
  unblocked: [['its end', {}, host, { act: 'unblocked' }]],
  memberUpdated: [
    ['one’s own profile', { changes: { nickname: 'A' }, previous: { nickname: 'a' } }, { operator: 'ann', targets: ['ann'] }, undefined],
    [
      'another’s',
      { changes: { nickname: 'A' }, previous: { nickname: 'a' }, saved: true },
      host,
      { act: 'member-updated', details: { nickname: 'A', saved: true }, previous: { nickname: 'a' } },
    ],
    [
      'one’s own level',
      { changes: { level: 3 }, previous: { level: 0 } },
      { operator: 'ann', targets: ['ann'] },
      { details: { level: 3 } },
    ],
    [
      'tags and labels by the server API',
      { changes: { tags: { tags: ['vip'] }, labels: { labels: [{ name: 'l', level: 1, saved: true }] } }, deviceId: 'd' },
      { targets: ['ann'], ...api },
      { details: { tags: ['vip'], labels: [{ name: 'l', level: 1, saved: true }], deviceId: 'd' }, previous: {} },
    ],
    ['labels that go with who left', { changes: { labels: { labels: [] } } }, { targets: ['ann'] }, undefined],
  ],
  deviceBlocked: [
    ['a device', { deviceId: 'd', untilMs: 9 }, host, { act: 'device-blocked', details: { deviceId: 'd', untilMs: 9 } }],
    ['its end', { deviceId: 'd', untilMs: 0 }, host, { act: 'device-unblocked', details: { deviceId: 'd' } }],
  ],
  actNoted: [
    [
      'an act of the server API that is no room’s',
      { act: 'key-created', details: '{"id":"k1","scopes":["*"]}' },
      api,
      { act: 'key-created', apiKey: 'root-0', details: { id: 'k1', scopes: ['*'] } },
    ],
  ],
  accountErased: [
    [
      'everything of an account',
      { elements: 1, attributes: 0, profile: true },
      { targets: ['ann'], ...api },
      { act: 'account-erased', details: { elements: 1, attributes: 0, profile: true } },
    ],
  ],
  accountRestricted: [
    [
      'an account in all rooms',
      { muted: true, disabled: false, kicked: false, reason: 'r' },
      { targets: ['ann'], ...api },
      { act: 'account-restricted', reason: 'r', details: { muted: true, disabled: false, kicked: false } },
    ],
  ],
  roomCreated: [
    [
      'a room',
      { creator: 'host', profile: { name: 'N' }, settings: { slowModeSeconds: 3 }, close: { kind: 1, seconds: 2, startMs: 5 } },
      api,
      {
        act: 'room-created',
        targets: ['host'],
        details: { profile: { name: 'N' }, settings: { slowModeSeconds: 3 }, delayedClose: { kind: 'after', seconds: 2, startMs: 5 } },
      },
    ],
  ],
  roomUpdated: [
    [
      'a profile',
      { changes: { name: 'N', notices: NoticesMode.NOTICES_MODE_OFF }, previous: { name: 'O', notices: NoticesMode.NOTICES_MODE_AUTO } },
      host,
      { act: 'room-updated', details: { name: 'N', notices: 'off' }, previous: { name: 'O', notices: 'auto' } },
    ],
    [
      'a delayed close, cancelled',
      { previousClose: { kind: 2, seconds: 9, startMs: 5 }, closeChanged: true },
      host,
      { details: { delayedClose: null }, previous: { delayedClose: { kind: 'after-empty', seconds: 9, startMs: 5 } } },
    ],
  ],
  roomOpened: [['an opening', {}, host, { act: 'room-opened', details: {} }]],
  roomClosed: [
    ['a closing', { reason: 'late' }, host, { act: 'room-closed', reason: 'late', details: {} }],
    [
      'one that was set before',
      { close: { kind: 1, seconds: 2, startMs: 5 } },
      itself,
      { act: 'room-closed', operator: '', apiKey: '', details: { delayedClose: { kind: 'after', seconds: 2, startMs: 5 } } },
    ],
  ],
  tagMuted: [['a tag', { tag: 't', seconds: 1, untilMs: 6 }, host, { act: 'tag-muted', details: { tag: 't', seconds: 1, untilMs: 6 } }]],
  tagUnmuted: [
    ['its end by hand', { tag: 't', secondsLeft: 0 }, api, { act: 'tag-unmuted', details: { tag: 't', secondsLeft: 0 } }],
    ['its own end', { tag: 't', secondsLeft: 0 }, itself, undefined],
  ],
  roomMuted: [['a room mute', {}, host, { act: 'room-muted' }]],
  roomUnmuted: [['its end', {}, host, { act: 'room-unmuted' }]],
  settingsChanged: [
    [
      'settings',
      {
        changes: { links: ContentRule.CONTENT_RULE_MASK, gates: { gates: [{ label: 'l', leastLevel: 1, why: 'w' }] } },
        previous: { links: 1 },
      },
      host,
      {
        act: 'settings-changed',
        details: { links: 'mask', gates: [{ label: 'l', leastLevel: 1, why: 'w' }] },
        previous: { links: 'allow' },
      },
    ],
    ['the number of terms, told to members', { terms: 3 }, host, undefined],
  ],
  termsChanged: [
    [
      'terms',
      { added: ['bad'], removed: [], cleared: true },
      host,
      { act: 'terms-changed', details: { added: ['bad'], removed: [], cleared: true } },
    ],
  ],
  botsChanged: [
    [
      'bots',
      { added: [{ account: 'b1', nickname: 'B' }], untilMs: 9 },
      api,
      { act: 'bots-changed', details: { added: ['b1'], removed: [], cleared: false, untilMs: 9 } },
    ],
    ['bots whose time is over', { removed: ['b1'], expired: true }, itself, undefined],
  ],
  messageRecalled: [
    ['one’s own message', { recalled: 7, account: 'ann' }, { operator: 'ann', targets: ['ann'] }, undefined],
    ['another’s', { recalled: 7, account: 'ann' }, host, { act: 'message-recalled', details: { messageId: '7' } }],
    ['one whose author is not known', { recalled: 7 }, { operator: 'host' }, { targets: [] }],
    ['all of an account', { account: 'ann', sinceMs: 3 }, { ...api, targets: ['ann'] }, { targets: ['ann'], details: { sinceMs: 3 } }],
  ],
  pinned: [
    [
      'a pin',
      { pinned: { messageId: '7', message: ann }, previousMessageId: '5' },
      { operator: 'host' },
      { act: 'pinned', targets: ['ann'], details: { messageId: '7' }, previous: { messageId: '5' } },
    ],
  ],
  unpinned: [['its end', { messageId: '7' }, { operator: 'host' }, { act: 'unpinned', details: { messageId: '7' } }]],
  attributesChanged: [
    ['one’s own', { set: [own], previous: [own] }, { operator: 'ann' }, undefined],
    [
      'by the server API',
      { set: [{ ...own, owner: '' }] },
      api,
      { targets: [], details: { set: [{ ...ownView, owner: '' }], removed: [] } },
    ],
    [
      'another’s',
      { removed: ['k'], previous: [own] },
      { operator: 'host' },
      { act: 'attributes-changed', targets: ['ann'], details: { set: [], removed: ['k'] }, previous: { set: [ownView] } },
    ],
    ['those that go with who left', { removed: ['k'], previous: [own] }, { targets: ['ann'] }, undefined],
  ],
  queueChanged: [
    ['one’s own seat', { change: QueueChange.QUEUE_CHANGE_OFFER, elements: [seat] }, { operator: 'ann' }, undefined],
    ['a poll of nothing of others', { change: QueueChange.QUEUE_CHANGE_POLL, elements: [seat] }, { operator: 'ann' }, undefined],
    [
      'another’s, taken',
      { change: QueueChange.QUEUE_CHANGE_POLL, elements: [seat] },
      { operator: 'host' },
      { act: 'queue-changed', targets: ['ann'], details: { change: 'poll', elements: [seatView] } },
    ],
    [
      'an init',
      { change: QueueChange.QUEUE_CHANGE_INIT, size: 8 },
      { operator: 'host' },
      { targets: [], details: { change: 'init', elements: [], size: 8 } },
    ],
    [
      'emptying what is one’s own',
      { change: QueueChange.QUEUE_CHANGE_DROP, elements: [seat] },
      { operator: 'ann' },
      { details: { change: 'drop' } },
    ],
    ['seats of who left', { change: QueueChange.QUEUE_CHANGE_OWNER_LEFT, elements: [seat] }, { targets: ['ann'] }, undefined],
  ],
};

const cases = Object.entries(table).flatMap(([kind, rows]) => rows.map((row) => [kind as EventCase, ...row] as const));

describe('management acts', () => {
  test.each(cases)('%s: %s', (kind, _title, value, by, expected) => {
    const act = judged(kind, value, by);
    if (expected === undefined) expect(act).toBeUndefined();
    else expect(act).toMatchObject({ sequence: 9, room: 'lobby', position: String(at), timeMs: 5, ...expected });
  });

  test('every kind of event that the proto file has is judged here and shown in this table', () => {
    const made = Event.fromPartial({});
    const names = new Set<string>();
    // A decoder knows all fields: an event with one unknown field number has no kind.
    for (let field = 16; field < 200; field++) {
      const kind = Event.decode(Uint8Array.of(...varint(field * 8 + 2), 0)).kind?.$case;
      if (kind !== undefined) names.add(kind);
    }
    expect(made.kind).toBeUndefined();
    expect(Object.keys(judges).sort()).toEqual([...names].sort());
    expect(Object.keys(table).sort()).toEqual([...names].sort());
  });

  test('an act without an operator in a record of an older holder was asked by the server API where it was answered', () => {
    expect(judged('memberUpdated', { changes: { level: 1 } }, { targets: ['ann'], command: 60 })).toMatchObject({ apiKey: 'unknown' });
    expect(judged('muted', {}, { operator: 'host', command: 48 })).toMatchObject({ apiKey: '' });
  });

  test('its names are those of the events', () => {
    expect(actNames).toEqual(expect.arrayContaining(['muted', 'timed-muted', 'device-unblocked', 'account-restricted', 'log-hole']));
    expect(actNames).not.toEqual(expect.arrayContaining(['message']));
    for (const [kind, , value, by, expected] of cases) if (expected !== undefined) expect(actNames).toContain(judged(kind, value, by)!.act);
  });

  test('a long text is kept by its hash, and a short one as it is', () => {
    expect(brief('é'.repeat(256))).toBe('é'.repeat(256));
    expect(brief('😀'.repeat(256))).toBe('😀'.repeat(256));
    expect(brief('a'.repeat(257))).toMatch(/^sha256:[0-9a-f]{64} of 257 characters$/);
    const act = judged('roomUpdated', { changes: { announcement: 'a'.repeat(4096) } }, { operator: 'host' });
    expect(act!.details['announcement']).toMatch(/^sha256:.* of 4096 characters$/);
  });
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
