import { byAge, type Keys, type StoredKey } from './keys.js';

/** Keys in this process's memory: for tests. */
export class MemoryKeys implements Keys {
  readonly #keys = new Map<string, StoredKey>();

  async find(hash: string): Promise<StoredKey | undefined> {
    return this.#keys.get(hash);
  }

  async put(key: StoredKey): Promise<void> {
    this.#keys.set(key.hash, key);
  }

  async list(): Promise<StoredKey[]> {
    return [...this.#keys.values()].sort(byAge);
  }

  async remove(id: string): Promise<boolean> {
    const found = [...this.#keys.values()].find((key) => key.id === id);
    return found !== undefined && this.#keys.delete(found.hash);
  }
}
