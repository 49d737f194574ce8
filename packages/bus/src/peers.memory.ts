import { Beat, Order } from '@plaza/proto/room';
import type { MemoryBus } from './memory-bus.js';
import type { Peers } from './peers.js';

const utf8 = { to: new TextEncoder(), from: new TextDecoder() };

/** Beats, suspicions and orders within one process. What arrives is decoded once for all of its listeners. */
export class MemoryPeers implements Peers {
  readonly #beats: Topic<Beat>;
  readonly #suspects: Topic<string>;
  readonly #orders: Topic<Order>;
  #connected = true;
  #closed = false;

  constructor(private readonly bus: MemoryBus) {
    const hears = (): boolean => this.#connected;
    this.#beats = new Topic(bus, 'beat', (bytes) => Beat.decode(bytes), hears);
    this.#suspects = new Topic(bus, 'suspect', (bytes) => utf8.from.decode(bytes), hears);
    this.#orders = new Topic(bus, 'order', (bytes) => Order.decode(bytes), hears);
  }

  /** While disconnected nothing is sent and nothing arrives. */
  setConnected(connected: boolean): void {
    this.#connected = connected;
  }

  beat(beat: Beat): void {
    this.#publish('beat', Beat.encode(beat).finish());
  }

  onBeat(listener: (beat: Beat) => void): () => void {
    return this.#beats.hear(listener);
  }

  suspect(id: string): void {
    this.#publish('suspect', utf8.to.encode(id));
  }

  onSuspect(listener: (id: string) => void): () => void {
    return this.#suspects.hear(listener);
  }

  order(order: Omit<Order, 'nonce'>): void {
    this.#publish('order', Order.encode({ ...order, nonce: '' }).finish());
  }

  onOrder(listener: (order: Order) => void): () => void {
    return this.#orders.hear(listener);
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const topic of [this.#beats, this.#suspects, this.#orders]) topic.close();
    return Promise.resolve();
  }

  #publish(topic: string, bytes: Uint8Array): void {
    if (this.#connected && !this.#closed) this.bus.publish(topic, bytes);
  }
}

/** Who hears one kind of news. */
class Topic<T> {
  readonly #listeners = new Set<(news: T) => void>();
  #end: (() => void) | undefined;

  constructor(
    private readonly bus: MemoryBus,
    private readonly name: string,
    private readonly decode: (bytes: Uint8Array) => T,
    private readonly hears: () => boolean,
  ) {}

  hear(listener: (news: T) => void): () => void {
    this.#listeners.add(listener);
    this.#end ??= this.bus.subscribe(this.name, (bytes) => this.#arrived(bytes));
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#end?.();
    this.#end = undefined;
  }

  #arrived(bytes: Uint8Array): void {
    if (!this.hears()) return;
    const news = this.decode(bytes);
    for (const listener of this.#listeners) this.bus.guarded(this.name, () => listener(news));
  }
}
