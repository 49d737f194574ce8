import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectRedis } from '@plaza/kit/redis';
import { eventually } from '@plaza/testkit';
import { startRedis, type RedisEngine } from '@plaza/testkit/engines';
import { countersContract } from './counters.contract.js';
import { CountersUnavailable } from './counters.js';
import { RedisCounters } from './counters.redis.js';

const retentionDays = 40;
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

countersContract('Redis', async () => {
  const [one, two] = [await connect(), await connect()];
  await one.flushall();
  const [first, second] = [new RedisCounters(one, { retentionDays }), new RedisCounters(two, { retentionDays })];
  return {
    first,
    second,
    async close() {
      await first.close();
      await second.close();
    },
  };
});

describe('Redis counters', () => {
  test('keep all keys of a stream under one hash tag; hours expire, the cursor does not', async () => {
    const connection = await connect();
    await connection.flushall();
    const counters = new RedisCounters(connection, { retentionDays });
    const hourMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    await counters.add(3, 0, 1, [{ room: 'a', hourMs, metric: 'messages', by: 1 }]);
    expect((await connection.keys('*')).sort()).toEqual([`plaza:{m3}:${hourMs}:messages`, 'plaza:{m3}:cursor']);
    expect(await connection.expiretime(`plaza:{m3}:${hourMs}:messages`)).toBe(hourMs / 1000 + 3600 + retentionDays * 86_400);
    expect(await connection.ttl('plaza:{m3}:cursor')).toBe(-1);
    await counters.close();
  });

  test('say by name that Redis is away, and go on when it is back', async () => {
    const connection = await connect();
    await connection.flushall();
    const counters = new RedisCounters(connection, { retentionDays });
    await redis.kill();
    await expect(counters.cursor(0)).rejects.toBeInstanceOf(CountersUnavailable);
    await expect(counters.add(0, 0, 1, [])).rejects.toBeInstanceOf(CountersUnavailable);
    await expect(counters.top(0, 'messages', 0, 1)).rejects.toBeInstanceOf(CountersUnavailable);
    await redis.start();
    await eventually(async () => expect(await counters.cursor(0)).toBe(0));
    expect(await counters.add(0, 0, 1, [])).toBe('added');
    await counters.close();
  });
});
