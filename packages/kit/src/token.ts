import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token lets its account do; a role in a room narrows it further. */
export const capabilities = ['enter', 'send', 'manage'] as const;
export type Capability = (typeof capabilities)[number];

/** Who holds a token and what it allows. */
export interface TokenClaims {
  /** 1-64 of `A-Z a-z 0-9 _ - . @ :`, never `anon-...`: those names are the edge's own. */
  account: string;
  /** The only rooms that it opens; absent: all. */
  rooms?: string[];
  deviceKind?: string;
  nickname?: string;
  avatar?: string;
  capabilities: Capability[];
  expiresMs: number;
}

/** Anonymous guests get names with this prefix from the edge, so no token may carry one. */
export const anonymousPrefix = 'anon-';
const maxTokenBytes = 4096;
/** The same character sets as in `@plaza/domain`, which stands above this package. */
const accountId = /^[A-Za-z0-9_\-.@:]{1,64}$/;
const roomId = /^[A-Za-z0-9_-]{1,64}$/;
const header = encode({ alg: 'HS256', typ: 'JWT' });

/** A JWT signed by HS256. Throws RangeError for claims that `verifyToken` would refuse, and for a token over 4 KiB. */
export function issueToken(secret: string, claims: TokenClaims, issuedMs: number = Date.now()): string {
  const payload = {
    sub: claims.account,
    iat: Math.floor(issuedMs / 1000),
    exp: Math.floor(claims.expiresMs / 1000),
    cap: claims.capabilities,
    ...(claims.rooms === undefined ? {} : { rooms: claims.rooms }),
    ...(claims.deviceKind === undefined ? {} : { dk: claims.deviceKind }),
    ...(claims.nickname === undefined ? {} : { nick: claims.nickname }),
    ...(claims.avatar === undefined ? {} : { avatar: claims.avatar }),
  };
  if (claimsOf(payload) === undefined) throw new RangeError('the claims are out of their ranges');
  const signed = `${header}.${encode(payload)}`;
  const token = `${signed}.${signatureOf(secret, signed)}`;
  if (token.length > maxTokenBytes) throw new RangeError(`the token would have more than ${maxTokenBytes} bytes`);
  return token;
}

/**
 * The claims of a token, or why it is none. Only HS256 is taken, whatever the header asks for; `sub` and `exp` have to be there. A token without
 * `cap` (one that the platform signed itself) has every capability.
 */
export function verifyToken(
  secret: string,
  token: string,
  nowMs: number,
): { claims: TokenClaims } | { invalid: 'bad-token' | 'token-expired' } {
  if (token.length > maxTokenBytes) return { invalid: 'bad-token' };
  const [head, body, signature, more] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || more !== undefined) return { invalid: 'bad-token' };
  if (!isOurHeader(decode(head)) || !same(signature, signatureOf(secret, `${head}.${body}`))) return { invalid: 'bad-token' };
  const payload = decode(body);
  const claims = payload === undefined ? undefined : claimsOf(payload);
  if (claims === undefined || startsLater(payload, nowMs)) return { invalid: 'bad-token' };
  return claims.expiresMs <= nowMs ? { invalid: 'token-expired' } : { claims };
}

type Fields = Readonly<Record<string, unknown>>;

const signatureOf = (secret: string, signed: string): string => createHmac('sha256', secret).update(signed).digest('base64url');

function same(given: string, right: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function encode(fields: Fields): string {
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

function decode(part: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** `crit` names extensions that a reader has to know; none is known here. */
const isOurHeader = (fields: Fields | undefined): boolean => fields?.['alg'] === 'HS256' && fields['crit'] === undefined;

const startsLater = (fields: Fields | undefined, nowMs: number): boolean => {
  const from = fields?.['nbf'];
  return from !== undefined && !(typeof from === 'number' && from * 1000 <= nowMs);
};

/** The claims of a payload where every field has its type and range. */
function claimsOf(fields: Fields): TokenClaims | undefined {
  const { sub, exp, rooms, cap = capabilities, dk, nick, avatar } = fields;
  if (typeof sub !== 'string' || !accountId.test(sub) || sub.startsWith(anonymousPrefix)) return undefined;
  if (typeof exp !== 'number' || !Number.isSafeInteger(Math.floor(exp * 1000)) || exp <= 0) return undefined;
  if (rooms !== undefined && !isListOf(rooms, (room) => roomId.test(room))) return undefined;
  if (!isListOf(cap, (one): one is Capability => (capabilities as readonly string[]).includes(one))) return undefined;
  if (!isShort(dk, 16) || !isShort(nick, 64) || !isShort(avatar, 1024)) return undefined;
  return {
    account: sub,
    capabilities: [...new Set(cap as Capability[])],
    expiresMs: Math.floor(exp * 1000),
    ...(rooms === undefined ? {} : { rooms }),
    ...(dk === undefined ? {} : { deviceKind: dk }),
    ...(nick === undefined ? {} : { nickname: nick }),
    ...(avatar === undefined ? {} : { avatar }),
  };
}

const isListOf = (value: unknown, fits: (item: string) => boolean): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && fits(item));

const isShort = (value: unknown, codePoints: number): value is string | undefined =>
  value === undefined || (typeof value === 'string' && [...value].length <= codePoints);
