import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { redisConfig } from './common-config.js';
import type { ConfigOf } from './config.js';

/** How long a command may wait for Redis before it fails. */
const commandTimeoutMs = 2000;

/**
 * Reconnects for ever; a command fails after two seconds or at once while disconnected, so that nothing piles up behind an absent Redis.
 * The caller handles 'error' lines by `onError`; without a listener ioredis prints them.
 */
export function connectRedis(config: ConfigOf<typeof redisConfig>, onError: (error: unknown) => void): Redis {
  const redis = new Redis(config.redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 1000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
    ...(config.redisTlsCa === undefined ? {} : { tls: { ca: readFileSync(config.redisTlsCa, 'utf8') } }),
  });
  redis.on('error', onError);
  return redis;
}
