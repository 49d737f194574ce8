import { expect, test } from '@jest/globals';
import { shortAddress } from './short-address.js';

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0000:0000:0000:0000:0000:0000:0000:0001', '::1'],
  ['0000:0000:0000:0000:0000:ffff:7f00:0001', '127.0.0.1'],
  ['2001:0db8:0000:0000:0000:0000:0000:00ff', '2001:db8::ff'],
  ['', ''],
])('the address %s is %s', (address, short) => expect(shortAddress(address)).toBe(short));
