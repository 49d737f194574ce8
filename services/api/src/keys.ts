/** An API key as it is kept: never the key itself. */
export interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
  /** SHA-256 of the key, hex. */
  readonly hash: string;
}

/** API keys that were made by the API. Rejects with KeysAway where they cannot be read or written. */
export interface Keys {
  find(hash: string): Promise<StoredKey | undefined>;
  /** Resolves when the key is kept for good. */
  put(key: StoredKey): Promise<void>;
  /** By the time of their making. */
  list(): Promise<StoredKey[]>;
  /** False: there is none of this id. */
  remove(id: string): Promise<boolean>;
}

export class KeysAway extends Error {
  override readonly name = 'KeysAway';
}

export const byAge = (a: StoredKey, b: StoredKey): number => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1);
