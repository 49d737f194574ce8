import type { Fields } from './token.js';

/** The public keys of whoever signs the platform's tokens (JWKS). */
export interface KeySet {
  /**
   * The payload of a token that one of the keys signed; undefined: it is not valid. Issuer, audience and algorithm are checked, times are not. Rejects with
   * KeysUnavailable where the keys cannot be had now.
   */
  payloadOf(token: string): Promise<Fields | undefined>;
}

export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}
