import { causeOf } from '@plaza/kit';
import type { Database, RootDatabase } from '@plaza/kit/lmdb';
import { byAge, KeysAway, type Keys, type StoredKey } from './keys.js';

/** The keys of an embedded node: JSON by hash. */
export class LmdbKeys implements Keys {
  readonly #keys: Database<Buffer, Buffer>;

  constructor(store: RootDatabase<Buffer, Buffer>) {
    this.#keys = store.openDB<Buffer, Buffer>({ name: 'api-keys', encoding: 'binary', keyEncoding: 'binary' });
  }

  find(hash: string): Promise<StoredKey | undefined> {
    return asked(() => {
      const value = this.#keys.get(Buffer.from(hash));
      return value === undefined ? undefined : keyOf(value);
    });
  }

  async put(key: StoredKey): Promise<void> {
    await asked(() => this.#keys.put(Buffer.from(key.hash), Buffer.from(JSON.stringify(key))));
    await asked(() => this.#keys.flushed);
  }

  list(): Promise<StoredKey[]> {
    return asked(() => [...this.#keys.getRange({})].map(({ value }) => keyOf(value)).sort(byAge));
  }

  async remove(id: string): Promise<boolean> {
    const found = (await this.list()).find((key) => key.id === id);
    if (found === undefined) return false;
    const removed = await asked(() => this.#keys.remove(Buffer.from(found.hash)));
    await asked(() => this.#keys.flushed);
    return removed;
  }
}

const keyOf = (value: Buffer): StoredKey => JSON.parse(value.toString()) as StoredKey;

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new KeysAway(causeOf(error), { cause: error });
  }
}
