import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRoomId } from '@plaza/domain';
import { connectRedis } from '@plaza/kit/redis';
import { eventually } from '@plaza/testkit';
import { startRedis, type RedisEngine } from '@plaza/testkit/engines';
import { projectionContract } from './projection.contract.js';
import { ProjectionUnavailable } from './projection.js';
import { RedisProjection } from './projection.redis.js';

let redis: RedisEngine;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function connect() {
  const connection = connectRedis({ redisUrl: redis.url, redisTlsCa: undefined }, () => undefined);
  await connection.connect();
  return connection;
}

projectionContract('Redis', async () => {
  const [one, two] = [await connect(), await connect()];
  await one.flushall();
  const [first, second] = [new RedisProjection(one), new RedisProjection(two)];
  return {
    first,
    second,
    async close() {
      await first.close();
      await second.close();
    },
  };
});

describe('Redis projection', () => {
  test('keeps all keys of a shard under one hash tag', async () => {
    const connection = await connect();
    await connection.flushall();
    const projection = new RedisProjection(connection);
    await projection.write(5, undefined, 1, [{ room: parseRoomId('a')!, slots: [{ name: 'head', value: Uint8Array.of(1) }], dueMs: 9 }]);
    for (const key of await connection.keys('*')) expect(key).toMatch(/^plaza:\{s5\}:/);
    await projection.close();
  });

  test('says by name that Redis is away, and goes on when it is back', async () => {
    const projection = new RedisProjection(await connect());
    await projection.reset(6);
    await redis.kill();
    await expect(projection.cursor(6)).rejects.toBeInstanceOf(ProjectionUnavailable);
    await expect(projection.write(6, undefined, 1, [])).rejects.toBeInstanceOf(ProjectionUnavailable);
    await expect(projection.reset(6)).rejects.toBeInstanceOf(ProjectionUnavailable);
    await redis.start();
    await eventually(async () => expect(await projection.cursor(6)).toBeUndefined());
    expect(await projection.write(6, undefined, 1, [])).toBe('written');
    await projection.close();
  });
});
