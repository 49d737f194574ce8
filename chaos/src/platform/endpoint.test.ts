import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { isSigned } from './endpoint.js';

const signed = (body: string, secret: string, seconds: number): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

test('a request is taken when its signature is right and of now', () => {
  const header = signed('{}', 'secret', 1000);
  expect(isSigned(header, '{}', 'secret', 1_000_000)).toBe(true);
  expect(isSigned(header, '{ }', 'secret', 1_000_000)).toBe(false);
  expect(isSigned(header, '{}', 'another', 1_000_000)).toBe(false);
  expect(isSigned(header, '{}', 'secret', 1_400_000)).toBe(false);
  expect(isSigned(`${header},v1=00`, '{}', 'secret', 1_000_000)).toBe(true);
  expect(isSigned('undefined', '{}', 'secret', 1_000_000)).toBe(false);
});
