import { causeOf, type Clock, type Logger } from '@plaza/kit';
import type { ApiKeys, Caller } from './api-keys.js';
import { KeysAway } from './keys.js';
import { problem, unavailable, type Problem } from './problems.js';
import type { RateLimit } from './rate-limit.js';
import { allows, type Scope } from './scopes.js';

/** Who may ask, and how often: by API key, or by address where none is needed or none was right. */
export class Gate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly keyLimit: RateLimit,
    private readonly openLimit: RateLimit,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Undefined: come in. */
  open(address: string): Problem | undefined {
    return limited(this.openLimit.take(address, this.clock.now()), 'this address');
  }

  /** The name of the key. A wrong key costs its address as much as an open request, so that keys cannot be guessed at speed. */
  async keyed(authorization: string | undefined, address: string, needed: Scope): Promise<Problem | string> {
    const caller = await this.#caller(authorization);
    if (caller !== undefined && 'code' in caller) return caller;
    if (caller === undefined) return this.open(address) ?? problem('bad-api-key');
    const refused = limited(this.keyLimit.take(caller.name, this.clock.now()), 'this API key');
    if (refused !== undefined) return refused;
    return allows(caller.scopes, needed) ? caller.name : problem('scope', `this API key does not have the scope ${needed}`);
  }

  async #caller(authorization: string | undefined): Promise<Caller | Problem | undefined> {
    try {
      return await this.keys.find(authorization);
    } catch (error) {
      if (!(error instanceof KeysAway)) throw error;
      this.logger.warn({ event: 'keys-away', cause: causeOf(error) });
      return unavailable('the API keys cannot be looked up now');
    }
  }
}

const limited = (retryAfterMs: number, whose: string): Problem | undefined =>
  retryAfterMs === 0 ? undefined : problem('rate-limited', `too many requests of ${whose}`, retryAfterMs);
