import { causeOf } from '@plaza/kit';
import type { Database, RootDatabase } from '@plaza/kit/lmdb';
import { byAge, byAsking, DeliveriesAway, type Deliveries, type FeedState, type Replay } from './deliveries.js';
import type { Endpoint } from './endpoint.js';

/** Of an embedded node: JSON in one table, under `endpoint/<id>`, `place/<stream>`, `feed/<endpoint>/<stream>` and `replay/<id>`. */
export class LmdbDeliveries implements Deliveries {
  readonly #table: Database<Buffer, Buffer>;

  constructor(private readonly store: RootDatabase<Buffer, Buffer>) {
    this.#table = store.openDB<Buffer, Buffer>({ name: 'webhooks', encoding: 'binary', keyEncoding: 'binary' });
  }

  endpoints(): Promise<Endpoint[]> {
    return asked(() =>
      this.#all<Endpoint>('endpoint/')
        .map(([, endpoint]) => endpoint)
        .sort(byAge),
    );
  }

  endpoint(id: string): Promise<Endpoint | undefined> {
    return asked(() => this.#get(`endpoint/${id}`) as Endpoint | undefined);
  }

  put(endpoint: Endpoint): Promise<boolean> {
    return this.#written(() => {
      const key = `endpoint/${endpoint.id}`;
      if (((this.#get(key) as Endpoint | undefined)?.revision ?? 0) !== endpoint.revision - 1) return false;
      this.#put(key, endpoint);
      this.#put('used', 1);
      return true;
    });
  }

  used(): Promise<boolean> {
    return asked(() => this.#get('used') !== undefined);
  }

  restore(endpoints: readonly Endpoint[]): Promise<void> {
    return this.#written(() => {
      for (const one of endpoints) if (this.#get(`endpoint/${one.id}`) === undefined) this.#put(`endpoint/${one.id}`, one);
      this.#put('used', 1);
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#written(() => {
      if (this.#get(`endpoint/${id}`) === undefined) return false;
      const feeds = this.#all(`feed/${id}/`).map(([key]) => key);
      const replays = this.#all<Replay>('replay/').filter(([, { endpoint }]) => endpoint === id);
      for (const key of [`endpoint/${id}`, ...feeds, ...replays.map(([key]) => key)]) void this.#table.remove(Buffer.from(key));
      return true;
    });
  }

  place(stream: number): Promise<number> {
    return asked(() => (this.#get(`place/${stream}`) as number | undefined) ?? 0);
  }

  movePlace(stream: number, sequence: number): Promise<void> {
    return this.#written(() => this.#put(`place/${stream}`, sequence));
  }

  feed(endpoint: string, stream: number): Promise<FeedState | undefined> {
    return asked(() => this.#get(`feed/${endpoint}/${stream}`) as FeedState | undefined);
  }

  feeds(endpoint: string): Promise<Map<number, FeedState>> {
    const start = `feed/${endpoint}/`;
    return asked(() => new Map(this.#all<FeedState>(start).map(([key, state]) => [Number(key.slice(start.length)), state])));
  }

  keepFeed(endpoint: string, stream: number, state: FeedState): Promise<void> {
    return this.#ofEndpoint(endpoint, `feed/${endpoint}/${stream}`, state);
  }

  askReplay(replay: Replay): Promise<void> {
    return this.#ofEndpoint(replay.endpoint, `replay/${replay.id}`, replay);
  }

  replays(stream: number): Promise<Replay[]> {
    const all = (): Replay[] => this.#all<Replay>('replay/').map(([, replay]) => replay);
    return asked(() =>
      all()
        .filter((replay) => replay.stream === stream)
        .sort(byAsking),
    );
  }

  async replayed({ id }: Replay): Promise<void> {
    await this.#written(() => void this.#table.remove(Buffer.from(`replay/${id}`)));
  }

  #ofEndpoint(endpoint: string, key: string, value: FeedState | Replay): Promise<void> {
    return this.#written(() => {
      if (this.#get(`endpoint/${endpoint}`) !== undefined) this.#put(key, value);
    });
  }

  /** Resolves when it is on disk. */
  #written<T>(work: () => T): Promise<T> {
    return asked(async () => {
      const result = await this.store.transaction(work);
      await this.store.flushed;
      return result;
    });
  }

  #get(key: string): unknown {
    const value = this.#table.get(Buffer.from(key));
    return value === undefined ? undefined : JSON.parse(value.toString());
  }

  #put(key: string, value: Endpoint | FeedState | Replay | number): void {
    void this.#table.put(Buffer.from(key), Buffer.from(JSON.stringify(value)));
  }

  /** By key; `0` is the character after `/`. */
  #all<T>(start: string): [string, T][] {
    const range = this.#table.getRange({ start: Buffer.from(start), end: Buffer.from(`${start.slice(0, -1)}0`) });
    return [...range].map(({ key, value }) => [key.toString(), JSON.parse(value.toString()) as T]);
  }
}

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new DeliveriesAway(causeOf(error), { cause: error });
  }
}
