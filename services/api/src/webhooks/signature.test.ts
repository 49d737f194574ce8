import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { deliveryId, signaturesOf } from './signature.js';

test('every valid secret signs the time and the body, newest first', () => {
  const hex = (secret: string): string => createHmac('sha256', secret).update('1767225600.{"a":1}').digest('hex');
  expect(signaturesOf(['new', 'old'], '{"a":1}', 1_767_225_600_999)).toBe(`t=1767225600,v1=${hex('new')},v1=${hex('old')}`);
});

test('a delivery has the same id whenever it is made of the same events', () => {
  expect(deliveryId('wh_1', 'lobby', 5, 9)).toBe(deliveryId('wh_1', 'lobby', 5, 9));
  const others = [deliveryId('wh_2', 'lobby', 5, 9), deliveryId('wh_1', 'lobby', 5, 10), deliveryId('wh_1', 'lobb', 5, 9)];
  expect(new Set([...others, deliveryId('wh_1', 'lobby', 5, 9)]).size).toBe(4);
});
