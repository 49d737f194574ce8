import { expect, test } from '@jest/globals';
import { Event } from '@plaza/proto/client';
import { Control } from '@plaza/proto/room';
import { controlOf, encodeControl, joined } from './control.js';

type Kind = NonNullable<Event['kind']>;
const event = (json: Record<string, unknown>, ...targets: string[]): Event => Event.fromJSON({ timeMs: 5, targets, ...json });
const removal = (account: string, code: string, why = '', deviceId = ''): Partial<Control> => ({
  removals: [{ account, code, why, deviceId }],
});

test.each([
  [event({ kicked: { reason: 'noise' } }, 'ann'), removal('ann', 'kicked', 'noise')],
  [event({ blocked: { reason: 'spam' } }, 'ann'), removal('ann', 'blocked', 'spam')],
  [event({ roomClosed: { reason: 'over' } }), removal('', 'room-closed', 'over')],
  [event({ deviceBlocked: { deviceId: 'd1', untilMs: 9 } }), removal('', 'device-blocked', '', 'd1')],
  [event({ deviceBlocked: { deviceId: 'd1', untilMs: 0 } }), {}],
  [
    event({ memberUpdated: { changes: { nickname: 'A', tags: { tags: ['x'] } }, deviceId: 'd1' } }, 'ann'),
    { members: [{ account: 'ann', deviceId: 'd1', nickname: 'A', avatar: undefined, ext: undefined, tags: { tags: ['x'] } }] },
  ],
  [
    event({ accountRestricted: { muted: true, reason: 'r', kicked: true } }, 'ann'),
    { restrictions: [{ account: 'ann', muted: true, disabled: false, reason: 'r', updatedMs: 5 }], kicked: ['ann'] },
  ],
  [event({ muted: {} }, 'ann'), {}],
] as [Event & { kind: Kind }, Partial<Control>][])('$kind.$case', (told, expected) => {
  expect(controlOf(told)).toEqual(Control.fromPartial(expected));
});

test('several are joined, and nothing to obey is no bytes', () => {
  const both = joined([controlOf(event({ kicked: {} }, 'ann')), controlOf(event({ blocked: {} }, 'bob'))]);
  expect(both.removals.map(({ account, code }) => [account, code])).toEqual([
    ['ann', 'kicked'],
    ['bob', 'blocked'],
  ]);
  expect(encodeControl(joined([]))).toHaveLength(0);
});
