import { byAge, byAsking, type Deliveries, type FeedState, type Replay } from './deliveries.js';
import type { Endpoint } from './endpoint.js';

/** In this process's memory: for tests. */
export class MemoryDeliveries implements Deliveries {
  #used = false;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #places = new Map<number, number>();
  readonly #feeds = new Map<string, Map<number, FeedState>>();
  readonly #replays = new Map<string, Replay>();

  async endpoints(): Promise<Endpoint[]> {
    return [...this.#endpoints.values()].sort(byAge);
  }

  async endpoint(id: string): Promise<Endpoint | undefined> {
    return this.#endpoints.get(id);
  }

  async put(endpoint: Endpoint): Promise<boolean> {
    if ((this.#endpoints.get(endpoint.id)?.revision ?? 0) !== endpoint.revision - 1) return false;
    this.#used = true;
    this.#endpoints.set(endpoint.id, endpoint);
    return true;
  }

  async used(): Promise<boolean> {
    return this.#used;
  }

  async restore(endpoints: readonly Endpoint[]): Promise<void> {
    this.#used = true;
    for (const one of endpoints) if (!this.#endpoints.has(one.id)) this.#endpoints.set(one.id, one);
  }

  /** As a store that was emptied. */
  lose(): void {
    this.#used = false;
    for (const kept of [this.#endpoints, this.#places, this.#feeds, this.#replays]) kept.clear();
  }

  async remove(id: string): Promise<boolean> {
    this.#feeds.delete(id);
    for (const [key, { endpoint }] of this.#replays) if (endpoint === id) this.#replays.delete(key);
    return this.#endpoints.delete(id);
  }

  async place(stream: number): Promise<number> {
    return this.#places.get(stream) ?? 0;
  }

  async movePlace(stream: number, sequence: number): Promise<void> {
    this.#places.set(stream, sequence);
  }

  async feed(endpoint: string, stream: number): Promise<FeedState | undefined> {
    return this.#feeds.get(endpoint)?.get(stream);
  }

  async feeds(endpoint: string): Promise<Map<number, FeedState>> {
    return new Map(this.#feeds.get(endpoint));
  }

  async keepFeed(endpoint: string, stream: number, state: FeedState): Promise<void> {
    if (!this.#endpoints.has(endpoint)) return;
    this.#feeds.set(endpoint, (this.#feeds.get(endpoint) ?? new Map<number, FeedState>()).set(stream, state));
  }

  async askReplay(replay: Replay): Promise<void> {
    if (this.#endpoints.has(replay.endpoint)) this.#replays.set(replay.id, replay);
  }

  async replays(stream: number): Promise<Replay[]> {
    return [...this.#replays.values()].filter((replay) => replay.stream === stream).sort(byAsking);
  }

  async replayed({ id }: Replay): Promise<void> {
    this.#replays.delete(id);
  }
}
