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
  /** The role of an account that a room has not given one. */
  role?: 'regular' | 'administrator';
  /** What the platform knows of it (follower, subscriber), each with a level. */
  labels?: TokenLabel[];
  tags?: string[];
  expiresMs: number;
}

export interface TokenLabel {
  name: string;
  level: number;
}

/** Anonymous guests get names with this prefix from the edge, so no token may carry one. */
export const anonymousPrefix = 'anon-';
export const maxTokenBytes = 4096;
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
    ...(claims.role === undefined ? {} : { role: claims.role }),
    ...(claims.labels === undefined ? {} : { labels: claims.labels }),
    ...(claims.tags === undefined ? {} : { tags: claims.tags }),
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
  if (!(head === header || isOurHeader(decode(head))) || !same(signature, signatureOf(secret, `${head}.${body}`)))
    return { invalid: 'bad-token' };
  const payload = decode(body);
  const claims = payload === undefined ? undefined : claimsOf(payload);
  if (claims === undefined || startsLater(payload, nowMs)) return { invalid: 'bad-token' };
  return claims.expiresMs <= nowMs ? { invalid: 'token-expired' } : { claims };
}

export type Fields = Readonly<Record<string, unknown>>;

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

export const startsLater = (fields: Fields | undefined, nowMs: number): boolean => {
  const from = fields?.['nbf'];
  return from !== undefined && !(typeof from === 'number' && from * 1000 <= nowMs);
};

/** The claims of a payload where every field has its type and range. */
export function claimsOf(fields: Fields): TokenClaims | undefined {
  const { sub, exp, rooms, cap = capabilities, dk, nick, avatar, role, labels, tags } = fields;
  if (typeof sub !== 'string' || !accountId.test(sub) || sub.startsWith(anonymousPrefix)) return undefined;
  if (typeof exp !== 'number' || !Number.isSafeInteger(Math.floor(exp * 1000)) || exp <= 0) return undefined;
  if (rooms !== undefined && !isListOf(rooms, (room) => roomId.test(room))) return undefined;
  if (!isListOf(cap, (one): one is Capability => (capabilities as readonly string[]).includes(one))) return undefined;
  if (!isShort(dk, 16) || !isShort(nick, 64) || !isShort(avatar, 1024)) return undefined;
  if (role !== undefined && role !== 'regular' && role !== 'administrator') return undefined;
  if (tags !== undefined && !(isListOf(tags, isName) && tags.length <= mostTags)) return undefined;
  if (labels !== undefined && !areLabels(labels)) return undefined;
  return {
    account: sub,
    capabilities: [...new Set(cap as Capability[])],
    expiresMs: Math.floor(exp * 1000),
    ...(rooms === undefined ? {} : { rooms }),
    ...(dk === undefined ? {} : { deviceKind: dk }),
    ...(nick === undefined ? {} : { nickname: nick }),
    ...(avatar === undefined ? {} : { avatar }),
    ...(role === undefined ? {} : { role }),
    ...(labels === undefined ? {} : { labels: labels.map(({ name, level }) => ({ name, level })) }),
    ...(tags === undefined ? {} : { tags }),
  };
}

const mostTags = 10;
const mostLabels = 20;
const mostLevel = 0x7fff_ffff;

/** A tag or the name of a label: 1-32 characters. */
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && [...value].length <= 32;

function areLabels(value: unknown): value is TokenLabel[] {
  if (!Array.isArray(value) || value.length > mostLabels) return false;
  return value.every((one: unknown) => {
    const { name, level } = (one ?? {}) as Record<string, unknown>;
    return isName(name) && Number.isInteger(level) && (level as number) >= 0 && (level as number) <= mostLevel;
  });
}

const isListOf = (value: unknown, fits: (item: string) => boolean): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && fits(item));

const isShort = (value: unknown, codePoints: number): value is string | undefined =>
  value === undefined || (typeof value === 'string' && [...value].length <= codePoints);
