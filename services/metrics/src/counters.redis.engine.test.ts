import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Sketch } from '@plaza/domain';
import { connectRedis } from '@plaza/kit/redis';
import { eventually } from '@plaza/testkit';
import { startRedis, type RedisEngine } from '@plaza/testkit/engines';
import { countersContract } from './counters.contract.js';
import { CountersUnavailable, uncounted } from './counters.js';
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

const cursor = (sequence: number) => ({ ...uncounted, cursor: sequence });

describe('Redis counters', () => {
  test('read from nowhere where Redis gives no number for how far is counted', async () => {
    const connection = await connect();
    const counters = new RedisCounters(connection, { retentionDays });
    await counters.add(7, 0, cursor(5), []);
    await connection.hset('plaza:{m7}:counted', 'cursor', 'PONG');
    await expect(counters.counted(7)).rejects.toBeInstanceOf(CountersUnavailable);
    await connection.flushall();
    await counters.close();
  });

  test('keep all keys of a stream under one hash tag; periods expire, what is counted does not', async () => {
    const connection = await connect();
    await connection.flushall();
    const counters = new RedisCounters(connection, { retentionDays });
    const period = { kind: 'hour', startMs: 3_600_000 } as const;
    const sketch = new Sketch();
    sketch.add('ann');
    await counters.add(3, 0, cursor(1), [{ room: 'a', period, messages: 1, entries: 1, sketch: sketch.encode() }]);
    const ofPeriod = ['active', 'entries', 'messages', 'sketches'].map((name) => `plaza:{m3}:hour:3600000:${name}`);
    expect((await connection.keys('*')).sort()).toEqual(['plaza:{m3}:counted', ...ofPeriod, 'plaza:{m3}:marks']);
    const ttlOf = (key: string): Promise<number> => connection.ttl(key);
    for (const ttl of await Promise.all(ofPeriod.map(ttlOf))) expect(Math.abs(ttl - retentionDays * 86_400)).toBeLessThan(60);
    await counters.copied(3, { period, mark: 1 }, Date.now() + 100_000);
    for (const ttl of await Promise.all(ofPeriod.map(ttlOf))) expect(Math.abs(ttl - 100)).toBeLessThan(60);
    expect(await ttlOf('plaza:{m3}:counted')).toBe(-1);
    await counters.close();
  });

  test('say by name that Redis is away, and go on when it is back', async () => {
    const connection = await connect();
    await connection.flushall();
    const counters = new RedisCounters(connection, { retentionDays });
    const period = { kind: 'day', startMs: 0 } as const;
    await redis.kill();
    await expect(counters.counted(0)).rejects.toBeInstanceOf(CountersUnavailable);
    await expect(counters.add(0, 0, cursor(1), [])).rejects.toBeInstanceOf(CountersUnavailable);
    await expect(counters.top(0, 'messages', period, 1)).rejects.toBeInstanceOf(CountersUnavailable);
    await expect(counters.ofRoom(0, 'a', [period])).rejects.toBeInstanceOf(CountersUnavailable);
    await redis.start();
    await eventually(async () => expect((await counters.counted(0)).cursor).toBe(0));
    expect(await counters.add(0, 0, cursor(1), [])).toEqual({ late: 0 });
    await counters.close();
  });
});
