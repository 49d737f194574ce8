import type { Clock } from '@plaza/kit';
import type { ApiKeys } from './api-keys.js';
import { problem, type Problem } from './problems.js';
import type { RateLimit } from './rate-limit.js';

/** Who may ask, and how often: by API key, or by address where none is needed or none was right. */
export class Gate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly keyLimit: RateLimit,
    private readonly openLimit: RateLimit,
    private readonly clock: Clock,
  ) {}

  /** Undefined: come in. */
  open(address: string): Problem | undefined {
    return limited(this.openLimit.take(address, this.clock.now()), 'this address');
  }

  /** A wrong key costs its address as much as an open request, so that keys cannot be guessed at speed. */
  keyed(authorization: string | undefined, address: string): Problem | undefined {
    const key = this.keys.find(authorization);
    if (key === undefined) return this.open(address) ?? problem('bad-api-key');
    return limited(this.keyLimit.take(String(key), this.clock.now()), 'this API key');
  }
}

const limited = (retryAfterMs: number, whose: string): Problem | undefined =>
  retryAfterMs === 0 ? undefined : problem('rate-limited', `too many requests of ${whose}`, retryAfterMs);
