import { describe, expect, test } from '@jest/globals';
import { rotated, signingSecrets, wantsKind, wantsRoom, type KeptSecret } from './endpoint.js';

describe('what an endpoint wants', () => {
  test.each([
    [{ rooms: [], roomPrefix: '' }, 'lobby', true],
    [{ rooms: ['lobby', 'garden'], roomPrefix: '' }, 'garden', true],
    [{ rooms: ['lobby', 'garden'], roomPrefix: '' }, 'cellar', false],
    [{ rooms: [], roomPrefix: 'live-' }, 'live-1', true],
    [{ rooms: [], roomPrefix: 'live-' }, 'alive-1', false],
  ])('%j and the room %s: %s', (choice, room, wanted) => {
    expect(wantsRoom(choice, room)).toBe(wanted);
  });

  test.each([
    [[], 'message', true],
    [['message', 'muted'] as const, 'muted', true],
    [['message', 'muted'] as const, 'kicked', false],
  ] as const)('kinds %j and %s: %s', (kinds, kind, wanted) => {
    expect(wantsKind({ kinds }, kind)).toBe(wanted);
  });
});

describe('secrets', () => {
  const one: KeptSecret = { sealed: 'one', createdMs: 1, untilMs: 0 };

  test('the one before goes on signing for as long as was said', () => {
    const secrets = rotated([one], 'two', 1000, 500)!;
    expect(signingSecrets(secrets, 1499).map(({ sealed }) => sealed)).toEqual(['two', 'one']);
    expect(signingSecrets(secrets, 1500).map(({ sealed }) => sealed)).toEqual(['two']);
  });

  test('a third does not push out one that still signs; without an overlap it replaces all, later it takes the next place', () => {
    const secrets = rotated([one], 'two', 1000, 500)!;
    expect(rotated(secrets, 'three', 1200, 500)).toBeUndefined();
    expect(rotated(secrets, 'three', 1200, 0)?.map(({ sealed }) => sealed)).toEqual(['three']);
    expect(rotated(secrets, 'three', 1500, 500)?.map(({ sealed }) => sealed)).toEqual(['three', 'two']);
  });
});
