import { Beat, Order } from '@plaza/proto/room';
import type { MemoryBus } from './memory-bus.js';
import type { Peers } from './peers.js';

/** Beats, suspicions and orders within one process. */
export class MemoryPeers implements Peers {
  readonly #bus: MemoryBus;
  readonly #subscriptions = new Set<() => void>();
  readonly #beatOf = onceForAll((bytes) => Beat.decode(bytes));
  #connected = true;
  #closed = false;

  constructor(bus: MemoryBus) {
    this.#bus = bus;
  }

  /** While disconnected nothing is sent and nothing arrives. */
  setConnected(connected: boolean): void {
    this.#connected = connected;
  }

  beat(beat: Beat): void {
    this.#publish('beat', Beat.encode(beat).finish());
  }

  onBeat(listener: (beat: Beat) => void): () => void {
    return this.#subscribe('beat', (bytes) => listener(this.#beatOf(bytes)));
  }

  suspect(id: string): void {
    this.#publish('suspect', new TextEncoder().encode(id));
  }

  onSuspect(listener: (id: string) => void): () => void {
    return this.#subscribe('suspect', (bytes) => listener(new TextDecoder().decode(bytes)));
  }

  order(order: Omit<Order, 'nonce'>): void {
    this.#publish('order', Order.encode({ ...order, nonce: '' }).finish());
  }

  onOrder(listener: (order: Order) => void): () => void {
    return this.#subscribe('order', (bytes) => listener(Order.decode(bytes)));
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#subscriptions) end();
    this.#subscriptions.clear();
    return Promise.resolve();
  }

  #publish(topic: string, bytes: Uint8Array): void {
    if (this.#connected && !this.#closed) this.#bus.publish(topic, bytes);
  }

  #subscribe(topic: string, handler: (bytes: Uint8Array) => void): () => void {
    const end = this.#bus.subscribe(topic, (bytes) => {
      if (this.#connected) handler(bytes);
    });
    this.#subscriptions.add(end);
    return () => {
      end();
      this.#subscriptions.delete(end);
    };
  }
}

/** All listeners get the same bytes, one after the other: they are decoded for the first. A beat of 64 shards, each second, has some ten listeners. */
function onceForAll<T>(decode: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T {
  let last: { readonly bytes: Uint8Array; readonly news: T } | undefined;
  return (bytes) => {
    if (last?.bytes !== bytes) last = { bytes, news: decode(bytes) };
    return last.news;
  };
}
