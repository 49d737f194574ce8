import { causeOf, type Clock, type Logger } from '@plaza/kit';
import type { Deliveries, FeedState } from './deliveries.js';
import type { Outlet } from './outlet.js';
import type { WebhookMeter } from './webhook-meter.js';

interface Parts {
  readonly deliveries: Deliveries;
  readonly meter: WebhookMeter;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps how far endpoints and streams are: what has changed since it was kept last. */
export class Places {
  readonly #kept = new Map<string, string>();

  constructor(
    private readonly parts: Parts,
    private readonly isBehind: (outlet: Outlet, stream: number) => boolean,
  ) {}

  /** Rejects with DeliveriesAway; what was not kept is kept next time. */
  async keep(outlets: readonly Outlet[], through: ReadonlyMap<number, number>): Promise<void> {
    const { deliveries } = this.parts;
    for (const outlet of outlets) {
      const { id } = outlet.endpoint;
      const states = [...outlet.feeds].map(([stream, feed]) => ({ stream, state: feed.state(this.isBehind(outlet, stream)) }));
      this.#measure(
        id,
        states.map(({ state }) => state),
      );
      for (const { stream, state } of states)
        await this.#once(`${id}/${stream}`, JSON.stringify(state), () => deliveries.keepFeed(id, stream, state));
    }
    for (const [stream, sequence] of [...through])
      await this.#once(`/${stream}`, String(sequence), () => deliveries.movePlace(stream, sequence));
  }

  /** For whoever reads it from now on. */
  handOver(outlet: Outlet, stream: number): void {
    const { deliveries, logger } = this.parts;
    const { id } = outlet.endpoint;
    const state = outlet.feeds.get(stream)?.state(true);
    this.#kept.delete(`${id}/${stream}`);
    if (state === undefined) return;
    deliveries
      .keepFeed(id, stream, state)
      .catch((error: unknown) => logger.warn({ event: 'webhook-feed-not-kept', stream, cause: causeOf(error) }));
  }

  /** The store has lost everything. */
  forget(): void {
    this.#kept.clear();
  }

  #measure(id: string, states: readonly FeedState[]): void {
    const oldest = states.map(({ oldestMs }) => oldestMs).filter((ms) => ms > 0);
    const lagMs = oldest.length === 0 ? 0 : Math.max(0, this.parts.clock.now() - Math.min(...oldest));
    this.parts.meter.stands(
      id,
      lagMs,
      states.reduce((sum, { lanes }) => sum + lanes.length, 0),
    );
  }

  async #once(key: string, value: string, keep: () => Promise<void>): Promise<void> {
    if (this.#kept.get(key) === value) return;
    await keep();
    this.#kept.set(key, value);
  }
}
