import { LiveUnavailable, type Live, type LiveSubscription } from './live.js';
import type { MemoryBus } from './memory-bus.js';

/** Live frames within one process. Tests play a lost connection by `setConnected`. */
export class MemoryLive implements Live {
  readonly #bus: MemoryBus;
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #subscriptions = new Set<() => void>();
  #connected = true;
  #closed = false;

  constructor(bus: MemoryBus) {
    this.#bus = bus;
  }

  get connected(): boolean {
    return this.#connected && !this.#closed;
  }

  /** While disconnected nothing is sent and nothing arrives. */
  setConnected(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    for (const listener of this.#listeners) listener(connected);
  }

  publish(shard: number, room: string, frame: Uint8Array): void {
    if (this.connected) this.#bus.publish(topicOf(shard, room), frame);
  }

  subscribe(shard: number, room: string, onFrame: (frame: Uint8Array) => void): Promise<LiveSubscription> {
    if (!this.connected) return Promise.reject(new LiveUnavailable('disconnected'));
    const end = this.#bus.subscribe(topicOf(shard, room), (frame) => {
      if (this.connected) onFrame(frame);
    });
    const unsubscribe = (): void => {
      end();
      this.#subscriptions.delete(unsubscribe);
    };
    this.#subscriptions.add(unsubscribe);
    return Promise.resolve({ unsubscribe });
  }

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#listeners.clear();
    return Promise.resolve();
  }
}

const topicOf = (shard: number, room: string): string => `live.${shard}.${room}`;
