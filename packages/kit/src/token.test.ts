import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { issueToken, verifyToken, type TokenClaims } from './token.js';

const secret = 'a-secret-of-at-least-32-characters';
const nowMs = Date.UTC(2026, 0, 1);
const claims: TokenClaims = { account: 'ann', capabilities: ['enter', 'send'], expiresMs: nowMs + 60_000 };
const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const signed = (header: unknown, payload: unknown, key = secret): string => {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};
const right = { alg: 'HS256', typ: 'JWT' };
const payload = { sub: 'ann', exp: nowMs / 1000 + 60 };
const bad = { invalid: 'bad-token' };

describe('a token', () => {
  test('carries its claims from issuer to verifier', () => {
    const full: TokenClaims = {
      ...claims,
      rooms: ['lobby', 'r_2'],
      deviceKind: 'web',
      nickname: 'Ann Ω',
      avatar: 'https://example.org/a.png',
      capabilities: ['enter', 'send', 'manage'],
      role: 'administrator',
      labels: [{ name: 'gold', level: 3 }],
      tags: ['vip', 'row 7'],
    };
    expect(verifyToken(secret, issueToken(secret, full, nowMs), nowMs)).toEqual({ claims: full });
    expect(verifyToken(secret, issueToken(secret, claims, nowMs), nowMs)).toEqual({ claims });
  });

  test('is a plain JWT that names its issue time', () => {
    const [head, body] = issueToken(secret, claims, nowMs).split('.');
    expect(JSON.parse(Buffer.from(head!, 'base64url').toString())).toEqual(right);
    expect(JSON.parse(Buffer.from(body!, 'base64url').toString())).toEqual({
      sub: 'ann',
      iat: nowMs / 1000,
      exp: nowMs / 1000 + 60,
      cap: ['enter', 'send'],
    });
  });

  test('of the platform itself, without capabilities, has all of them', () => {
    expect(verifyToken(secret, signed(right, payload), nowMs)).toEqual({
      claims: { account: 'ann', capabilities: ['enter', 'send', 'manage'], expiresMs: nowMs + 60_000 },
    });
  });

  test('has tags and labels up to their limits', () => {
    const most = {
      tags: Array.from({ length: 10 }, (_, i) => 'Ω'.repeat(31) + String(i)),
      labels: Array.from({ length: 20 }, (_, i) => ({ name: 'Ω'.repeat(30) + String(10 + i), level: i })),
      role: 'regular' as const,
    };
    expect(verifyToken(secret, issueToken(secret, { ...claims, ...most }, nowMs), nowMs)).toEqual({ claims: { ...claims, ...most } });
  });

  test('ends at its expiry, to the millisecond', () => {
    const token = issueToken(secret, claims, nowMs);
    expect(verifyToken(secret, token, nowMs + 59_999)).toEqual({ claims });
    expect(verifyToken(secret, token, nowMs + 60_000)).toEqual({ invalid: 'token-expired' });
  });
});

describe('not a token', () => {
  const token = issueToken(secret, claims, nowMs);
  const [head, body, signature] = token.split('.') as [string, string, string];

  test.each([
    ['another secret', signed(right, payload, 'another-secret-of-32-characters!!')],
    ['a changed payload', `${head}.${part({ ...payload, sub: 'bob' })}.${signature}`],
    ['a changed signature', `${head}.${body}.${signature.slice(0, -2)}${signature.endsWith('AA') ? 'BB' : 'AA'}`],
    ['a shortened signature', `${head}.${body}.${signature.slice(0, -1)}`],
    ['a padded signature', `${token}=`],
    ['no signature', `${head}.${body}.`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${token}.x`],
    ['alg none', `${part({ alg: 'none' })}.${part(payload)}.`],
    ['alg none with a right signature', signed({ alg: 'none' }, payload)],
    ['alg in another case', signed({ alg: 'hs256' }, payload)],
    ['an extension that has to be known', signed({ ...right, crit: ['x'] }, payload)],
    ['a header that is a list', signed([], payload)],
    ['a header that is not JSON', signed('{', payload)],
    ['a payload that is not JSON', signed(right, 'ann')],
    ['a payload that is null', signed(right, 'null')],
    ['empty text', ''],
    ['words', 'not a token'],
    ['dots', '..'],
    ['no subject', signed(right, { exp: payload.exp })],
    ['a subject that is a number', signed(right, { ...payload, sub: 7 })],
    ['an empty subject', signed(right, { ...payload, sub: '' })],
    ['a subject with a blank', signed(right, { ...payload, sub: 'an n' })],
    ['a subject with another script', signed(right, { ...payload, sub: 'änn' })],
    ['a subject over 64 characters', signed(right, { ...payload, sub: 'a'.repeat(65) })],
    ['the name of an anonymous guest', signed(right, { ...payload, sub: 'anon-1' })],
    ['no expiry', signed(right, { sub: 'ann' })],
    ['an expiry that is text', signed(right, { ...payload, exp: '9999999999' })],
    ['an endless expiry', signed(right, '{"sub":"ann","exp":1e999}')],
    ['rooms that are no list', signed(right, { ...payload, rooms: 'lobby' })],
    ['a room with a bad name', signed(right, { ...payload, rooms: ['a/b'] })],
    ['a capability that is none', signed(right, { ...payload, cap: ['fly'] })],
    ['capabilities that are no list', signed(right, { ...payload, cap: 'send' })],
    ['a long device kind', signed(right, { ...payload, dk: 'x'.repeat(17) })],
    ['a long nickname', signed(right, { ...payload, nick: 'x'.repeat(65) })],
    ['a role that nobody is given by a token', signed(right, { ...payload, role: 'creator' })],
    ['tags that are no list', signed(right, { ...payload, tags: 'vip' })],
    ['eleven tags', signed(right, { ...payload, tags: Array.from({ length: 11 }, String) })],
    ['a tag of 33 characters', signed(right, { ...payload, tags: ['x'.repeat(33)] })],
    ['an empty tag', signed(right, { ...payload, tags: [''] })],
    ['labels that are no list', signed(right, { ...payload, labels: { gold: 3 } })],
    ['21 labels', signed(right, { ...payload, labels: Array.from({ length: 21 }, (_, i) => ({ name: String(i), level: 0 })) })],
    ['a label without a name', signed(right, { ...payload, labels: [{ level: 3 }] })],
    ['a label with a long name', signed(right, { ...payload, labels: [{ name: 'x'.repeat(33), level: 3 }] })],
    ['a label below level 0', signed(right, { ...payload, labels: [{ name: 'gold', level: -1 }] })],
    ['a label with half a level', signed(right, { ...payload, labels: [{ name: 'gold', level: 0.5 }] })],
    ['a label that is null', signed(right, { ...payload, labels: [null] })],
    ['a start in the future', signed(right, { ...payload, nbf: nowMs / 1000 + 1 })],
    ['a start that is text', signed(right, { ...payload, nbf: '0' })],
    ['more than 4 KiB', signed(right, { ...payload, x: 'x'.repeat(4096) })],
  ])('%s', (_name, text) => expect(verifyToken(secret, text, nowMs)).toEqual(bad));

  test('RS256, even where it is signed rightly', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(payload)}`;
    expect(verifyToken(secret, `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`, nowMs)).toEqual(bad);
  });

  test.each([
    ['an account with a slash', { account: 'a/b' }],
    ['the name of an anonymous guest', { account: 'anon-x' }],
    ['more rooms than fit', { rooms: Array.from({ length: 100 }, (_, i) => `${'r'.repeat(60)}${i}`) }],
  ])('is issued for %s', (_name, change) => {
    expect(() => issueToken(secret, { ...claims, ...change }, nowMs)).toThrow(RangeError);
  });

  test('lasts as long as 64 characters of account do', () => {
    expect(verifyToken(secret, issueToken(secret, { ...claims, account: 'aZ0_-.@:'.repeat(8) }, nowMs), nowMs)).toHaveProperty('claims');
  });
});
