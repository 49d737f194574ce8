import { describe, expect, test } from '@jest/globals';
import { isAnonymousAccount, parseAccountId, parseRoomId } from './ids.js';

describe('ids', () => {
  test.each(['a', 'A-Z_09', 'x'.repeat(64), '9007199254740991'])('%s names a room', (text) => expect(parseRoomId(text)).toBe(text));
  test.each(['', 'x'.repeat(65), 'a b', 'a.b', 'a@b', 'ä', 'a\n'])('%j does not', (text) => expect(parseRoomId(text)).toBeUndefined());
  test.each(['a', 'user.1@example:x', 'x'.repeat(64)])('%s names an account', (text) => expect(parseAccountId(text)).toBe(text));
  test.each(['', 'x'.repeat(65), 'a b', 'a/b', 'ä', 'a\n'])('%j does not name an account', (text) =>
    expect(parseAccountId(text)).toBeUndefined(),
  );

  test('anonymous guests are known by their accounts', () => {
    expect(isAnonymousAccount('anon-k3j4h5')).toBe(true);
    expect(isAnonymousAccount('anonymous')).toBe(false);
  });
});
