import { within, type ConfigOf, type redisConfig } from '@plaza/kit';
import { connectRedis } from '@plaza/kit/redis';
import type { Redis } from 'ioredis';
import type { KeptKey, KeptKeys } from './engines.js';

const connectMs = 5000;
const all = 'plaza:*';
/** By their names: whatever else is `plaza:` can be made again. Braces are no pattern in Redis. */
const kept = ['plaza:api-keys', 'plaza:{webhooks}:*'];
const keysAtOnce = 500;

/** Redis by its values, not by its files: so they fit into any version, and nothing comes along that would be older than the log. */
export class RedisKeptKeys implements KeptKeys {
  private constructor(
    private readonly redis: Redis,
    readonly version: string,
  ) {}

  static async open(config: ConfigOf<typeof redisConfig>): Promise<RedisKeptKeys> {
    const redis = connectRedis(config, () => undefined);
    try {
      await within(connectMs, 'connecting to Redis', redis.connect());
      return new RedisKeptKeys(redis, /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '');
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  }

  async read(): Promise<KeptKey[]> {
    const found: KeptKey[] = [];
    for (const pattern of kept) for (const key of (await this.#named(pattern)).sort()) found.push(...(await this.#valuesOf(key)));
    return found;
  }

  async empty(): Promise<boolean> {
    return (await this.#named(all)).length === 0;
  }

  async write(keys: readonly KeptKey[]): Promise<void> {
    for (const { key, field, value } of keys) await (field === undefined ? this.redis.set(key, value) : this.redis.hset(key, field, value));
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  async #valuesOf(key: string): Promise<KeptKey[]> {
    const type = await this.redis.type(key);
    if (type === 'none') return [];
    if (type === 'string') return [{ key, value: (await this.redis.get(key)) ?? '' }];
    if (type !== 'hash') throw new Error(`${key} is a ${type}: this version does not know how to keep it`);
    return Object.entries(await this.redis.hgetall(key)).map(([field, value]) => ({ key, field, value }));
  }

  async #named(pattern: string): Promise<string[]> {
    const names = new Set<string>();
    let cursor = '0';
    do {
      const [next, found] = await this.redis.scan(cursor, 'MATCH', pattern, 'COUNT', keysAtOnce);
      for (const name of found) names.add(name);
      cursor = next;
    } while (cursor !== '0');
    return [...names];
  }
}
