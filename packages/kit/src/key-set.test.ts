import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { RemoteKeySet, type JwksSettings } from './key-set.jose.js';
import { TokenVerifier } from './token-verifier.js';
import { issueToken } from './token.js';

const secret = 'a-secret-of-at-least-32-characters';

interface Signer {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const signers = {
  ed: { alg: 'EdDSA', kid: 'ed', ...generateKeyPairSync('ed25519') },
  rsa: { alg: 'RS256', kid: 'rsa', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) },
  ec: { alg: 'ES256', kid: 'ec', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  /** Of the right form, but published nowhere. */
  stranger: { alg: 'EdDSA', kid: 'ed', ...generateKeyPairSync('ed25519') },
  newer: { alg: 'ES256', kid: 'newer', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  wide: { alg: 'ES384', kid: 'wide', ...generateKeyPairSync('ec', { namedCurve: 'P-384' }) },
} satisfies Record<string, Signer>;

const published = ({ publicKey, kid }: Signer, more: object = {}): object => ({ ...publicKey.export({ format: 'jwk' }), kid, ...more });

/** A web server of the platform's. */
class Platform {
  readonly #server: Server = createServer((_request, response) => {
    this.asked++;
    this.answer(response);
  });
  asked = 0;
  keys: object[] = [published(signers.ed), published(signers.rsa), published(signers.ec)];
  readonly usual = (response: ServerResponse): void => void response.end(JSON.stringify({ keys: this.keys }));
  answer = this.usual;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let platform: Platform;
let clock: { nowMs: number; now(): number; advance(ms: number): void };
let verifier: TokenVerifier;
let url: string;
beforeEach(async () => {
  platform = new Platform();
  clock = {
    nowMs: Date.UTC(2026, 0, 1),
    now: () => clock.nowMs,
    advance: (ms) => void (clock.nowMs += ms),
  };
  url = await platform.start();
  set();
});
afterEach(() => platform.stop());

function set(settings: Partial<JwksSettings> = {}): void {
  verifier = new TokenVerifier(secret, new RemoteKeySet({ url, ...settings }, clock));
}

type Payload = Record<string, unknown>;
const payload = (more: Payload = {}): Payload => ({ sub: 'ann', exp: clock.now() / 1000 + 60, ...more });
const signed = (by: Signer, more: Payload = {}, header: object = {}): Promise<string> =>
  new SignJWT(payload(more)).setProtectedHeader({ alg: by.alg, kid: by.kid, ...header }).sign(by.privateKey);
const verdict = async (token: string | Promise<string>): Promise<string> => {
  const verified = await verifier.verify(await token, clock.now());
  return 'claims' in verified ? verified.claims.account : verified.invalid;
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac = (key: string, header: object): string => {
  const text = `${part(header)}.${part(payload())}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};
const byHand = (header: object): string => {
  const text = `${part(header)}.${part(payload())}`;
  return `${text}.${sign(null, Buffer.from(text), signers.ed.privateKey).toString('base64url')}`;
};
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const modulus = (): string => signers.rsa.publicKey.export({ format: 'jwk' }).n!;

describe('a token that the platform signed itself', () => {
  test.each(['ed', 'rsa', 'ec'] as const)('is taken by its published key (%s)', async (name) => {
    const claims = {
      rooms: ['lobby'],
      cap: ['enter'],
      dk: 'web',
      nick: 'Ann',
      role: 'regular',
      tags: ['vip'],
      labels: [{ name: 'fan', level: 2 }],
    };
    expect(await verifier.verify(await signed(signers[name], claims), clock.now())).toEqual({
      claims: {
        ...{
          account: 'ann',
          expiresMs: clock.now() + 60_000,
          rooms: ['lobby'],
          capabilities: ['enter'],
          deviceKind: 'web',
          nickname: 'Ann',
        },
        ...{ role: 'regular', tags: ['vip'], labels: [{ name: 'fan', level: 2 }] },
      },
    });
  });

  test('stands beside those of the cluster, which need no key set', () => {
    const token = issueToken(secret, { account: 'bob', capabilities: ['enter'], expiresMs: clock.now() + 60_000 });
    expect(verifier.verify(token, clock.now())).toMatchObject({ claims: { account: 'bob' } });
    expect(platform.asked).toBe(0);
  });

  test('ends at its expiry, to the millisecond', async () => {
    const token = await signed(signers.ed);
    clock.advance(59_999);
    expect(await verdict(token)).toBe('ann');
    clock.advance(1);
    expect(await verdict(token)).toBe('token-expired');
  });

  test.each<[string, () => Promise<string> | string]>([
    ['another key of this id', () => signed(signers.stranger)],
    ['a key that is published nowhere', () => signed(signers.newer)],
    ['an algorithm that is not taken, by a key of this kind', () => signed({ ...signers.rsa, alg: 'RS384' })],
    ['another algorithm of this kind', () => signed({ ...signers.rsa, alg: 'PS256' })],
    ['a wider curve', () => signed(signers.wide)],
    ['no algorithm', () => `${part({ alg: 'none' })}.${part(payload())}.`],
    ['an algorithm that is no text', () => `${part({ alg: 7 })}.${part(payload())}.x`],
    ['an extension that has to be known', () => byHand({ alg: 'EdDSA', kid: 'ed', crit: ['x'], x: 1 })],
    ['a start in the future', () => signed(signers.ed, { nbf: clock.now() / 1000 + 1 })],
    ['no expiry', () => signed(signers.ed, { exp: undefined })],
    ['the name of an anonymous guest', () => signed(signers.ed, { sub: 'anon-x' })],
    ['a role that is none', () => signed(signers.ed, { role: 'creator' })],
    ['more than ten tags', () => signed(signers.ed, { tags: Array.from({ length: 11 }, String) })],
    ['a changed payload', async () => (await signed(signers.ed)).replace(/\.[^.]+\./, `.${part(payload({ sub: 'bob' }))}.`)],
    ['more than 4 KiB', () => signed(signers.ed, { x: 'x'.repeat(4096) })],
    ['words', () => 'not a token'],
    ['nothing', () => ''],
    ['HS256 with the public key as its secret (PEM)', () => hmac(pem(signers.rsa.publicKey), { alg: 'HS256', kid: 'rsa' })],
    ['HS256 with the public key as its secret (JWK)', () => hmac(modulus(), { alg: 'HS256', kid: 'rsa' })],
    ['RS256 in name, but made with the public key as its secret', () => hmac(pem(signers.rsa.publicKey), { alg: 'RS256', kid: 'rsa' })],
    ['RS256 in name, but made with the secret of the cluster', () => hmac(secret, { alg: 'RS256', kid: 'rsa' })],
  ])('is none with %s', async (_name, token) => {
    platform.keys.push(published(signers.wide));
    expect(await verdict(token())).toBe('bad-token');
  });

  test('is none by a shared key, even a published one', async () => {
    platform.keys = [{ kty: 'oct', kid: 'shared', k: Buffer.from('shared').toString('base64url') }];
    expect(await verdict(hmac('shared', { alg: 'HS256', kid: 'shared' }))).toBe('bad-token');
  });

  test.each<[string, Partial<JwksSettings>, Payload, string]>([
    ['the issuer', { issuer: 'us' }, { iss: 'us' }, 'ann'],
    ['another issuer', { issuer: 'us' }, { iss: 'them' }, 'bad-token'],
    ['no issuer', { issuer: 'us' }, {}, 'bad-token'],
    ['the audience', { audience: 'chat' }, { aud: 'chat' }, 'ann'],
    ['the audience among others', { audience: 'chat' }, { aud: ['shop', 'chat'] }, 'ann'],
    ['another audience', { audience: 'chat' }, { aud: 'shop' }, 'bad-token'],
    ['both, where none is asked for', {}, { iss: 'them', aud: 'shop' }, 'ann'],
  ])('%s: as the settings say', async (_name, settings, more, expected) => {
    set(settings);
    expect(await verdict(signed(signers.ed, more))).toBe(expected);
  });
});

describe('the key set', () => {
  test('is fetched once for many, and kept', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => signed(signers.ed)));
    expect(new Set(await Promise.all(tokens.map(verdict)))).toEqual(new Set(['ann']));
    clock.advance(59_000);
    expect([await verdict(signed(signers.rsa)), platform.asked]).toEqual(['ann', 1]);
  });

  test('is fetched again for an unknown key id, once in 10 s', async () => {
    await verdict(signed(signers.ed));
    platform.keys.push(published(signers.newer));
    expect([await verdict(signed(signers.newer)), platform.asked]).toEqual(['bad-token', 1]);
    clock.advance(9999);
    expect([await verdict(signed(signers.newer)), platform.asked]).toEqual(['bad-token', 1]);
    clock.advance(1);
    expect([await verdict(signed(signers.newer)), platform.asked]).toEqual(['ann', 2]);
    clock.advance(10_000);
    for (let i = 0; i < 5; i++) expect(await verdict(signed({ ...signers.newer, kid: 'none' }))).toBe('bad-token');
    expect(platform.asked).toBe(3);
  });

  test('is renewed beside its use; a key that was taken back ends then', async () => {
    const token = await signed(signers.ed, { exp: clock.now() / 1000 + 7200 });
    await verdict(token);
    platform.keys = [published(signers.rsa)];
    clock.advance(600_001);
    expect(await verdict(token)).toBe('ann');
    for (let i = 0; i < 200 && (await verdict(token)) === 'ann'; i++) await new Promise((resolve) => setImmediate(resolve));
    expect([await verdict(token), platform.asked]).toEqual(['bad-token', 2]);
  });

  test('is used while its URL does not answer, for 12 hours', async () => {
    await verdict(signed(signers.ed));
    platform.answer = (response) => response.writeHead(503).end();
    clock.advance(12 * 3_600_000);
    expect(await verdict(signed(signers.ed))).toBe('ann');
    expect(await verdict(signed(signers.newer))).toBe('auth-unavailable');
    clock.advance(1);
    expect(await verdict(signed(signers.ed))).toBe('auth-unavailable');
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(500).end('{"keys":[]}')],
    ['is no JSON', (response) => response.end('<html>')],
    ['is no key set', (response) => response.end('{"keys":{}}')],
    ['is too large', (response) => response.end(JSON.stringify({ keys: [], x: 'x'.repeat(256 * 1024) }))],
    ['leads elsewhere', (response) => response.writeHead(302, { location: '/other' }).end()],
    ['never comes', () => undefined],
    ['breaks off', (response) => response.destroy()],
  ])('cannot be had where its answer %s; asked for again after a second', async (_name, answer) => {
    set({ deadlineMs: 100 });
    platform.answer = answer;
    const token = await signed(signers.ed);
    expect(await verdict(token)).toBe('auth-unavailable');
    platform.answer = platform.usual;
    clock.advance(999);
    expect([await verdict(token), platform.asked]).toEqual(['auth-unavailable', 1]);
    clock.advance(1);
    expect([await verdict(token), platform.asked]).toEqual(['ann', 2]);
  });

  test.each(['http://keys.example.org/', 'ftp://127.0.0.1/', 'keys'])('is not fetched from %s', (from) => {
    expect(() => new RemoteKeySet({ url: from }, clock)).toThrow('expected an https address');
  });
});
