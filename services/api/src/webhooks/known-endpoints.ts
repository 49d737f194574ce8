import type { Logger } from '@plaza/kit';
import type { Deliveries } from './deliveries.js';
import type { Endpoint } from './endpoint.js';

/** The endpoints as the store has them. One that was emptied gets back what this process knows. */
export class KnownEndpoints {
  #known: readonly Endpoint[] = [];

  constructor(
    private readonly parts: { readonly deliveries: Deliveries; readonly logger: Logger },
    /** Whatever else was kept is gone, too. */
    private readonly restored: () => void,
  ) {}

  /** Rejects with DeliveriesAway. */
  async all(): Promise<readonly Endpoint[]> {
    const { deliveries, logger } = this.parts;
    const found = await deliveries.endpoints();
    if (found.length > 0 || this.#known.length === 0 || (await deliveries.used())) return (this.#known = found);
    logger.error({ event: 'webhooks-restored', endpoints: this.#known.length });
    await deliveries.restore(this.#known);
    this.restored();
    return this.#known;
  }
}
