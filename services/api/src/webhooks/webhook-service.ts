import { StreamShare, type Peers } from '@plaza/bus';
import { causeOf, within, type Clock, type Logger, type Service } from '@plaza/kit';
import type { Webhooks } from './webhooks.js';

interface Parts {
  readonly id: string;
  readonly streams: number;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly webhooks: Webhooks;
  /** Requests that are under way have so long to end. */
  readonly stopMs: number;
  readonly sender: { close(): void };
}

/** The webhooks' part in the life of an api process: its share of the streams is read from start to drain. */
export class WebhookService implements Service {
  readonly #share: StreamShare;
  #stopping: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {
    const { webhooks, id, streams, peers, clock } = parts;
    this.#share = new StreamShare({ kind: 'webhooks', id, address: '', streams, peers, clock, read: () => webhooks.read() });
  }

  async start(): Promise<void> {
    this.parts.webhooks.start();
    this.#share.start((streams) => this.parts.webhooks.assign(streams));
  }

  /** What was delivered is kept before another process reads on. */
  async drain(): Promise<void> {
    await this.#stop();
    this.#share.drain();
  }

  async stop(): Promise<void> {
    await this.#stop();
    this.#share.stop();
    this.parts.sender.close();
  }

  #stop(): Promise<void> {
    const { webhooks, stopMs, logger } = this.parts;
    this.#stopping ??= within(stopMs, 'ending the deliveries', webhooks.stop()).catch((error: unknown) =>
      logger.warn({ event: 'webhooks-stop', cause: causeOf(error) }),
    );
    return this.#stopping;
  }
}
