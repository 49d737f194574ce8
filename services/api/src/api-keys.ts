import { createHash, timingSafeEqual } from 'node:crypto';
import { developmentMark, type Clock } from '@plaza/kit';
import type { Keys } from './keys.js';
import { everything } from './scopes.js';

/** Who asks: a name for rates and log lines that is no secret, and what it may do. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly string[];
}

const longestKey = 256;
/** What the store said of a key is believed for so long: a key that was removed works no longer than this. */
const believedMs = 5000;
const mostBelieved = 10_000;

/** The API keys that are let in, known by their SHA-256 only: those of the settings, which may do everything, and those of the store. */
export class ApiKeys {
  readonly #roots: readonly Buffer[];
  readonly #believed = new Map<string, { readonly caller: Caller | undefined; readonly untilMs: number }>();

  /** Hex; a development mark in front is no part of the hash. */
  constructor(
    hashes: readonly string[],
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {
    this.#roots = hashes.map((hash) => Buffer.from(hash.startsWith(developmentMark) ? hash.slice(developmentMark.length) : hash, 'hex'));
  }

  /** Whose key an `Authorization` header carries; at once where it is one of the settings. Rejects with KeysAway. */
  find(authorization: string | undefined): Caller | undefined | Promise<Caller | undefined> {
    const key = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined || key.length > longestKey) return undefined;
    const given = createHash('sha256').update(key).digest();
    return this.#root(given) ?? this.#stored(given.toString('hex'));
  }

  /** A key was made or removed here: nothing is believed any longer. */
  forget(): void {
    this.#believed.clear();
  }

  /** Every hash is compared, each in constant time. */
  #root(given: Buffer): Caller | undefined {
    let found: number | undefined;
    this.#roots.forEach((hash, number) => {
      if (timingSafeEqual(hash, given)) found = number;
    });
    return found === undefined ? undefined : { name: `root-${found}`, scopes: [everything] };
  }

  async #stored(hash: string): Promise<Caller | undefined> {
    const nowMs = this.clock.now();
    const believed = this.#believed.get(hash);
    if (believed !== undefined && believed.untilMs > nowMs) return believed.caller;
    const stored = await this.keys.find(hash);
    const caller = stored === undefined ? undefined : { name: stored.id, scopes: stored.scopes };
    if (this.#believed.size >= mostBelieved) this.#believed.clear();
    this.#believed.set(hash, { caller, untilMs: nowMs + believedMs });
    return caller;
  }
}
