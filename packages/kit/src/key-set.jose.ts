import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from './clock.js';
import { webAddress } from './config.js';
import { KeysUnavailable, type KeySet } from './key-set.js';
import { limitedText } from './limited-text.js';
import type { Fields } from './token.js';

export interface JwksSettings {
  /** https, or http on loopback. */
  readonly url: string;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** How long a fetch may take; default 2 s. */
  readonly deadlineMs?: number;
}

/** Public keys only: with HS256 among them a public key could be used as a secret. */
const algorithms = ['EdDSA', 'RS256', 'ES256'];
const defaultDeadlineMs = 2000;
const mostBytes = 256 * 1024;
/** Fetched at most so often while there are keys; and while there are none. */
const cooldownMs = 10_000;
const againMs = 1000;
/** Keys older than this are fetched again beside their use; those older than that are not used any more, however long the URL does not answer. */
const renewMs = 10 * 60_000;
const longestMs = 12 * 3_600_000;

/** Keys fetched from a URL when the first token needs one, kept, and fetched again for an unknown key id. */
export class RemoteKeySet implements KeySet {
  readonly #wanted;
  #keys: JWTVerifyGetKey | undefined;
  /** When the keys came, and when they were last asked for. */
  #keysMs = 0;
  #askedMs = 0;
  #failed = false;
  #fetching: Promise<void> | undefined;

  constructor(
    private readonly settings: JwksSettings,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    webAddress(settings.url);
    const { issuer, audience } = settings;
    // Times are looked at by whoever asks.
    this.#wanted = { algorithms, clockTolerance: Number.MAX_SAFE_INTEGER, ...(issuer && { issuer }), ...(audience && { audience }) };
  }

  async payloadOf(token: string): Promise<Fields | undefined> {
    const payload = await this.#verified(token, await this.#usable());
    if (payload !== 'unknown key') return payload;
    if (this.#mayFetch()) await this.#fetch();
    const again = await this.#verified(token, await this.#usable());
    if (again === 'unknown key' && this.#failed) throw new KeysUnavailable('the key may be newer than the key set, which cannot be had');
    return again === 'unknown key' ? undefined : again;
  }

  async #verified(token: string, keys: JWTVerifyGetKey): Promise<Fields | 'unknown key' | undefined> {
    try {
      return (await jwtVerify(token, keys, this.#wanted)).payload;
    } catch (error) {
      return error instanceof errors.JWKSNoMatchingKey ? 'unknown key' : undefined;
    }
  }

  async #usable(): Promise<JWTVerifyGetKey> {
    const ageMs = this.clock.now() - this.#keysMs;
    if (this.#keys === undefined || ageMs > longestMs) {
      this.#keys = undefined;
      if (this.#mayFetch()) await this.#fetch();
    } else if (ageMs > renewMs && this.#mayFetch()) void this.#fetch();
    if (this.#keys === undefined) throw new KeysUnavailable('the key set cannot be had');
    return this.#keys;
  }

  #mayFetch(): boolean {
    const pauseMs = this.#keys === undefined ? againMs : cooldownMs;
    return this.#fetching !== undefined || this.clock.now() - this.#askedMs >= pauseMs;
  }

  /** One at a time, for everybody who waits. Never rejects. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchOnce(): Promise<void> {
    const { url, deadlineMs = defaultDeadlineMs } = this.settings;
    this.#askedMs = this.clock.now();
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(deadlineMs) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.#keys = createLocalJWKSet(JSON.parse(await limitedText(response, mostBytes)) as JSONWebKeySet);
      this.#keysMs = this.clock.now();
      this.#failed = false;
    } catch {
      // Whoever needs it is told that it cannot be had; the keys that are here stay.
      this.#failed = true;
    }
  }
}
