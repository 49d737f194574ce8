import { KeysUnavailable, type KeySet } from './key-set.js';
import { claimsOf, maxTokenBytes, startsLater, verifyToken, type TokenClaims } from './token.js';

export type Verified = { readonly claims: TokenClaims } | { readonly invalid: 'bad-token' | 'token-expired' | 'auth-unavailable' };

const badToken = { invalid: 'bad-token' } as const;

/**
 * Tokens of both kinds: HS256 with the cluster's secret, answered at once; and, where there is a key set, those that the platform signed with its own keys. The
 * algorithm picks the way and each way takes only its own, so that a public key is never used as a secret.
 */
export class TokenVerifier {
  constructor(
    private readonly secret: string,
    private readonly keys?: KeySet,
  ) {}

  verify(token: string, nowMs: number): Verified | Promise<Verified> {
    if (this.keys === undefined || token.length > maxTokenBytes || algorithmOf(token) === 'HS256')
      return verifyToken(this.secret, token, nowMs);
    return this.#byKeys(this.keys, token, nowMs);
  }

  async #byKeys(keys: KeySet, token: string, nowMs: number): Promise<Verified> {
    try {
      const payload = await keys.payloadOf(token);
      const claims = payload === undefined ? undefined : claimsOf(payload);
      if (claims === undefined || startsLater(payload, nowMs)) return badToken;
      return claims.expiresMs <= nowMs ? { invalid: 'token-expired' } : { claims };
    } catch (error) {
      if (error instanceof KeysUnavailable) return { invalid: 'auth-unavailable' };
      throw error;
    }
  }
}

function algorithmOf(token: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString());
    return (header as { alg?: unknown } | null)?.alg;
  } catch {
    return undefined;
  }
}
