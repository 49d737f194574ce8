import { refuse, type Refusal } from '@plaza/domain';
import type { Clock } from '@plaza/kit';
import type { Connections } from './connections.js';
import type { Figures } from './figures.js';
import { fullBucket, take, type Bucket, type Rate } from './rate-bucket.js';

const fullRetryMs = 5000;
const drainingRetryMs = 1000;

/** Who may open a socket now: not more than the edge can serve, and not faster. */
export class Gate {
  #draining = false;
  readonly #rate: Rate;
  readonly #bucket: Bucket;

  constructor(
    private readonly connections: Connections,
    private readonly settings: { readonly maxConnections: number; readonly connectsPerSecond: number },
    private readonly clock: Clock,
    private readonly figures: Figures,
  ) {
    this.#rate = { perSecond: settings.connectsPerSecond, burst: settings.connectsPerSecond };
    this.#bucket = fullBucket(this.#rate, clock.now());
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Nobody gets in any more. */
  shut(): void {
    this.#draining = true;
  }

  /** They get in again. */
  open(): void {
    this.#draining = false;
  }

  /** Undefined: come in. */
  ask(): Refusal | undefined {
    const refusal = this.#whyNot();
    if (refusal !== undefined) this.figures.refused(refusal.code);
    return refusal;
  }

  #whyNot(): Refusal | undefined {
    if (this.#draining) return refuse('draining', undefined, drainingRetryMs);
    if (this.connections.size >= this.settings.maxConnections) return refuse('edge-full', undefined, fullRetryMs);
    const waitMs = take(this.#bucket, this.#rate, this.clock.now());
    return waitMs > 0 ? refuse('edge-full', 'too many new connections', Math.max(waitMs, 1000)) : undefined;
  }
}
