import { describe, expect, test } from '@jest/globals';
import { parseHello } from './hello.js';

describe('a connect request', () => {
  test.each([
    ['', { json: true, subprotocol: '' }],
    ['plaza.v1', { json: false, subprotocol: 'plaza.v1' }],
    ['plaza.v1.json', { json: true, subprotocol: 'plaza.v1.json' }],
    ['other, plaza.v1', { json: false, subprotocol: 'plaza.v1' }],
    ['other', { mistake: 'the subprotocol is plaza.v1 or plaza.v1.json' }],
  ])('that asks for subprotocol "%s"', (protocols, expected) => expect(parseHello('', protocols)).toMatchObject(expected));

  test('names rooms, each once, a token and a device', () => {
    const query = 'token=a.b.c&room=x&room=y&room=x&device=phone&deviceKind=ios';
    expect(parseHello(query, '')).toMatchObject({ token: 'a.b.c', rooms: ['x', 'y'], deviceId: 'phone', deviceKind: 'ios' });
  });

  test.each([
    [Array.from({ length: 11 }, (_, i) => `room=${i}`).join('&'), 'at most 10 rooms'],
    [`device=${'x'.repeat(65)}`, 'device or deviceKind is too long'],
    [`deviceKind=${'x'.repeat(17)}`, 'device or deviceKind is too long'],
  ])('over a limit is told so', (query, mistake) => expect(parseHello(query, '')).toEqual({ mistake }));
});
