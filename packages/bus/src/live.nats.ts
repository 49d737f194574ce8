import type { NatsConnection } from '@nats-io/transport-node';
import { causeOf, copied, within, type Logger } from '@plaza/kit';
import { onNatsConnection } from '@plaza/kit/nats';
import { LiveUnavailable, type Live, type LiveSubscription } from './live.js';

const flushMs = 2000;

/**
 * Live frames on core NATS, subject `live.<shard>.<room>`. Takes a connection of its own, not the log's: a stopped edge must not stall the
 * log. Whoever made the connection closes it, after this.
 */
export class NatsLive implements Live {
  readonly #connection: NatsConnection;
  readonly #logger: Logger;
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #subscriptions = new Set<LiveSubscription>();
  readonly #unwatch: () => void;
  #connected = true;
  #turn = 0;

  constructor(connection: NatsConnection, logger: Logger) {
    this.#connection = connection;
    this.#logger = logger;
    this.#unwatch = onNatsConnection(connection, (connected) => this.#turned(connected));
  }

  get connected(): boolean {
    return this.#connected && !this.#connection.isClosed();
  }

  publish(shard: number, room: string, frame: Uint8Array): void {
    // The client would keep what is published while disconnected, and send it late.
    if (!this.connected) return;
    try {
      this.#connection.publish(subjectOf(shard, room), frame);
    } catch (error) {
      this.#logger.error({ event: 'live-publish-failed', room, cause: causeOf(error) });
    }
  }

  async subscribe(shard: number, room: string, onFrame: (frame: Uint8Array) => void): Promise<LiveSubscription> {
    const subscription = this.#connection.subscribe(subjectOf(shard, room), {
      callback: (error, message) => {
        // The payload is a view into what the socket read: copied.
        if (error === null) this.#hand(room, onFrame, copied(message.data));
        else this.#logger.error({ event: 'live-subscription-failed', room, cause: causeOf(error) });
      },
    });
    const live: LiveSubscription = {
      unsubscribe: () => {
        if (this.#subscriptions.delete(live) && !subscription.isClosed()) subscription.unsubscribe();
      },
    };
    this.#subscriptions.add(live);
    try {
      await this.#flushed();
    } catch (error) {
      live.unsubscribe();
      throw error;
    }
    return live;
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#unwatch();
    this.#turn++;
    this.#connected = false;
    for (const subscription of [...this.#subscriptions]) subscription.unsubscribe();
    this.#listeners.clear();
    return Promise.resolve();
  }

  /** Back means that the server knows the subscriptions again: a round trip after the client sent them. */
  #turned(connected: boolean): void {
    const turn = ++this.#turn;
    if (!connected) return this.#tell(false);
    this.#flushed().then(
      () => {
        if (turn === this.#turn) this.#tell(true);
      },
      (error: unknown) => {
        this.#logger.warn({ event: 'live-flush-failed', cause: causeOf(error) });
        if (turn === this.#turn && !this.#connection.isClosed()) this.#turned(true);
      },
    );
  }

  #tell(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const listener of this.#listeners) listener(connected);
  }

  async #flushed(): Promise<void> {
    try {
      await within(flushMs, 'a round trip to the server', this.#connection.flush());
    } catch (error) {
      throw new LiveUnavailable(causeOf(error), { cause: error });
    }
  }

  #hand(room: string, onFrame: (frame: Uint8Array) => void, frame: Uint8Array): void {
    try {
      onFrame(frame);
    } catch (error) {
      this.#logger.error({ event: 'live-handler-failed', room, cause: causeOf(error) });
    }
  }
}

/** Room ids are of letters, digits, `_` and `-`, and so are whole tokens of a subject. */
const subjectOf = (shard: number, room: string): string => `live.${shard}.${room}`;
