import { describe, expect, test } from '@jest/globals';
import { isPublic, urlMistake } from './addresses.js';

test.each([
  ['93.184.215.14', true],
  ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:93.184.215.14', false],
  ['64:ff9b::a00:1', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['ff02::1', false],
  ['not an address', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

describe('the address of an endpoint', () => {
  test.each([
    ['https://platform.example/hooks?x=1', undefined],
    ['https://93.184.215.14/', undefined],
    ['http://platform.example/', 'expected an https address'],
    ['http://127.0.0.1:9/', 'expected an https address'],
    ['ftp://platform.example/', 'expected an https address'],
    ['nonsense', 'expected an address'],
    ['https://user:secret@platform.example/', 'expected no name or password in the address'],
    ['https://platform.example/#x', 'expected no # in the address'],
    ['https://localhost/', 'expected a public address'],
    ['https://127.1/', 'expected a public address'],
    ['https://2130706433/', 'expected a public address'],
    ['https://[::1]/', 'expected a public address'],
    ['https://[::ffff:10.0.0.1]/', 'expected a public address'],
    ['https://169.254.169.254/latest/meta-data', 'expected a public address'],
  ])('%s: %s', (url, mistake) => {
    expect(urlMistake(url, false)).toBe(mistake);
  });

  test.each([
    ['http://127.0.0.1:9/', undefined],
    ['http://[::1]:9/', undefined],
    ['http://localhost/', undefined],
    ['https://10.0.0.1/', undefined],
    ['http://10.0.0.1/', 'expected an https address'],
  ])('where private ones are allowed, %s: %s', (url, mistake) => {
    expect(urlMistake(url, true)).toBe(mistake);
  });
});
