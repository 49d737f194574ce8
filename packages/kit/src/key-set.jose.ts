import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { KeysUnavailable, type KeySet } from './key-set.js';
import type { Fields } from './token.js';

export interface JwksSettings {
  /** https, or http on loopback. */
  readonly url: string;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

const algorithms = ['EdDSA', 'RS256', 'ES256'];
const timeoutMs = 2000;
/** An unknown key id has the set fetched again, but not more often than this. */
const cooldownMs = 10_000;
const cachedMs = 600_000;

/** Keys fetched from a URL when the first token needs one, kept, and fetched again for an unknown key id. */
export function remoteKeySet({ url, issuer, audience }: JwksSettings): KeySet {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: timeoutMs, cooldownDuration: cooldownMs, cacheMaxAge: cachedMs });
  const wanted = { algorithms, ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) };
  return {
    async payloadOf(token) {
      try {
        const { payload } = await jwtVerify(token, keys, { ...wanted, clockTolerance: Infinity });
        return payload;
      } catch (error) {
        if (isUnavailable(error)) throw new KeysUnavailable('the key set cannot be had', { cause: error });
        return undefined;
      }
    },
  };
}

/** Errors of the token itself have codes of their own; what is left is the network, a time-out, or an answer that is no key set. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  return !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
}
