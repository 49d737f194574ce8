import { expect, test } from '@jest/globals';
import { newSecret, Sealer, SecretUnreadable } from './secrets.js';

const sealer = new Sealer('a setting of at least thirty-two characters');

test('a secret is sealed differently each time, does not show, and opens for its endpoint only', () => {
  const secret = newSecret();
  const [once, again] = [sealer.seal(secret, 'wh_1'), sealer.seal(secret, 'wh_1')];
  expect(once).not.toBe(again);
  expect(Buffer.from(once, 'base64url').toString('latin1')).not.toContain(secret.slice(6));
  expect(sealer.open(once, 'wh_1')).toBe(secret);
  expect(() => sealer.open(once, 'wh_2')).toThrow(SecretUnreadable);
});

test.each([
  ['sealed with another key', new Sealer('another setting of thirty-two characters').seal('whsec_x', 'wh_1')],
  ['damaged', `${sealer.seal('whsec_x', 'wh_1').slice(0, -2)}AA`],
  ['nothing', ''],
])('what is %s is unreadable', (_, sealed) => {
  expect(() => sealer.open(sealed, 'wh_1')).toThrow(SecretUnreadable);
});
