import { createHash, randomUUID } from 'node:crypto';
import type { Msg } from '@nats-io/nats-core';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { causeOf, type Logger } from '@plaza/kit';
import { onNatsConnection } from '@plaza/kit/nats';
import { Beat, Order } from '@plaza/proto/room';
import type { Peers } from './peers.js';
import { RecentlySeen } from './recently-seen.js';

/** More than arrives while the slower of two connections lags behind the other. */
const remembered = 4096;

/**
 * Beats on `proc.<kind>.<id>`, suspicions on `suspect`, orders on `order`, sent and heard on every connection given, so that one stopped server of several silences
 * nobody; what comes twice is given once. Whoever made the connections closes them, after this.
 */
export class NatsPeers implements Peers {
  readonly #lines: readonly Line[];
  readonly #logger: Logger;
  readonly #beatListeners = new Set<(beat: Beat) => void>();
  readonly #suspectListeners = new Set<(id: string) => void>();
  readonly #orderListeners = new Set<(order: Order) => void>();
  readonly #seen = new RecentlySeen(remembered);

  constructor(connections: readonly NatsConnection[], logger: Logger) {
    this.#logger = logger;
    this.#lines = connections.map((connection) => new Line(connection, (error, message) => this.#arrived(error, message)));
  }

  beat(beat: Beat): void {
    this.#send(`proc.${tokenOf(beat.kind)}.${tokenOf(beat.id)}`, Beat.encode(beat).finish());
  }

  onBeat(listener: (beat: Beat) => void): () => void {
    this.#beatListeners.add(listener);
    return () => this.#beatListeners.delete(listener);
  }

  suspect(id: string): void {
    // The number before the id tells this suspicion from an earlier one of the same process.
    this.#send('suspect', new TextEncoder().encode(`${randomUUID()} ${id}`));
  }

  onSuspect(listener: (id: string) => void): () => void {
    this.#suspectListeners.add(listener);
    return () => this.#suspectListeners.delete(listener);
  }

  order(order: Omit<Order, 'nonce'>): void {
    this.#send('order', Order.encode({ ...order, nonce: randomUUID() }).finish());
  }

  onOrder(listener: (order: Order) => void): () => void {
    this.#orderListeners.add(listener);
    return () => this.#orderListeners.delete(listener);
  }

  close(): Promise<void> {
    for (const line of this.#lines) line.close();
    this.#beatListeners.clear();
    this.#suspectListeners.clear();
    this.#orderListeners.clear();
    return Promise.resolve();
  }

  #send(subject: string, bytes: Uint8Array): void {
    try {
      for (const line of this.#lines) line.send(subject, bytes);
    } catch (error) {
      this.#logger.error({ event: 'peers-publish-failed', subject, cause: causeOf(error) });
    }
  }

  #arrived(error: Error | null, message: Msg): void {
    try {
      if (error !== null) throw error;
      if (!this.#seen.isNew(createHash('sha1').update(message.data).digest('base64'))) return;
      if (message.subject === 'suspect') this.#suspected(message.string());
      else if (message.subject === 'order') this.#tell(this.#orderListeners, Order.decode(message.data));
      else this.#tell(this.#beatListeners, Beat.decode(message.data));
    } catch (failure) {
      this.#logger.warn({ event: 'peers-message-refused', cause: causeOf(failure) });
    }
  }

  #suspected(text: string): void {
    this.#tell(this.#suspectListeners, text.slice(text.indexOf(' ') + 1));
  }

  #tell<T>(listeners: ReadonlySet<(news: T) => void>, news: T): void {
    for (const listener of listeners) {
      try {
        listener(news);
      } catch (error) {
        this.#logger.error({ event: 'peers-handler-failed', cause: causeOf(error) });
      }
    }
  }
}

/** One of the connections. While it is lost nothing is sent on it: the client would send it late. */
class Line {
  readonly #subscriptions: readonly Subscription[];
  readonly #unwatch: () => void;
  #connected = true;

  constructor(
    private readonly connection: NatsConnection,
    callback: (error: Error | null, message: Msg) => void,
  ) {
    this.#subscriptions = ['proc.*.*', 'suspect', 'order'].map((subject) => connection.subscribe(subject, { callback }));
    this.#unwatch = onNatsConnection(connection, (connected) => (this.#connected = connected));
  }

  send(subject: string, bytes: Uint8Array): void {
    if (this.#connected && !this.connection.isClosed()) this.connection.publish(subject, bytes);
  }

  close(): void {
    this.#unwatch();
    this.#connected = false;
    for (const subscription of this.#subscriptions) if (!subscription.isClosed()) subscription.unsubscribe();
  }
}

/** Names in subjects are for whoever watches; readers take them from the message. */
const tokenOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/g, '_') || '_';
