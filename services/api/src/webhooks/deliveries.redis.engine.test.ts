import { afterAll, beforeAll } from '@jest/globals';
import { connectRedis } from '@plaza/kit/redis';
import { startRedis, type RedisEngine } from '@plaza/testkit/engines';
import { deliveriesContract } from './deliveries.contract.js';
import { RedisDeliveries } from './deliveries.redis.js';

let redis: RedisEngine;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

deliveriesContract('Redis', async () => {
  const connection = connectRedis({ redisUrl: redis.url, redisTlsCa: undefined }, () => undefined);
  await connection.connect();
  await connection.flushall();
  return { deliveries: new RedisDeliveries(connection), close: async () => connection.disconnect() };
});
