import { causeOf } from '@plaza/kit';
import type { Redis } from 'ioredis';
import { byAge, KeysAway, type Keys, type StoredKey } from './keys.js';

const hashKey = 'plaza:api-keys';

/** Keys in Redis: one hash, JSON by the key's hash. */
export class RedisKeys implements Keys {
  constructor(private readonly redis: Redis) {}

  async find(hash: string): Promise<StoredKey | undefined> {
    const value = await asked(this.redis.hget(hashKey, hash));
    return value === null ? undefined : keyOf(value);
  }

  async put(key: StoredKey): Promise<void> {
    await asked(this.redis.hset(hashKey, key.hash, JSON.stringify(key)));
  }

  async list(): Promise<StoredKey[]> {
    return (await asked(this.redis.hvals(hashKey))).map(keyOf).sort(byAge);
  }

  async remove(id: string): Promise<boolean> {
    const found = (await this.list()).find((key) => key.id === id);
    return found !== undefined && (await asked(this.redis.hdel(hashKey, found.hash))) === 1;
  }
}

const keyOf = (value: string): StoredKey => JSON.parse(value) as StoredKey;

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new KeysAway(causeOf(error), { cause: error });
  }
}
