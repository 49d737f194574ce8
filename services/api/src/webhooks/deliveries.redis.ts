import { causeOf } from '@plaza/kit';
import type { Redis, Result } from 'ioredis';
import { byAge, byAsking, DeliveriesAway, type Deliveries, type FeedState, type Replay } from './deliveries.js';
import type { Endpoint } from './endpoint.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    plazaPutEndpoint(endpoints: string, used: string, id: string, json: string, before: number): Result<number, Context>;
    plazaRemoveEndpoint(endpoints: string, feeds: string, replays: string, id: string): Result<number, Context>;
    plazaKeepOf(endpoints: string, hash: string, id: string, field: string, json: string): Result<number, Context>;
  }
}

const putEndpoint = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
local revision = kept and cjson.decode(kept).revision or 0
if revision ~= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SET', KEYS[2], '1')
return 1`;

const removeEndpoint = `
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
  if cjson.decode(redis.call('HGET', KEYS[3], field)).endpoint == ARGV[1] then redis.call('HDEL', KEYS[3], field) end
end
redis.call('DEL', KEYS[2])
return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** Only while its endpoint is there: what is written late leaves nothing behind. */
const keepOf = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
return 1`;

const endpointsKey = 'plaza:{webhooks}:endpoints';
/** Is there from the first endpoint on, and gone only with everything else. */
const usedKey = 'plaza:{webhooks}:used';
const placesKey = 'plaza:{webhooks}:places';
const replaysKey = 'plaza:{webhooks}:replays';
const feedsKey = (endpoint: string): string => `plaza:{webhooks}:feeds:${endpoint}`;

/** In Redis: hashes of JSON, under one hash tag. */
export class RedisDeliveries implements Deliveries {
  constructor(private readonly redis: Redis) {
    redis.defineCommand('plazaPutEndpoint', { lua: putEndpoint, numberOfKeys: 2 });
    redis.defineCommand('plazaRemoveEndpoint', { lua: removeEndpoint, numberOfKeys: 3 });
    redis.defineCommand('plazaKeepOf', { lua: keepOf, numberOfKeys: 2 });
  }

  async endpoints(): Promise<Endpoint[]> {
    return (await asked(this.redis.hvals(endpointsKey))).map(endpointOf).sort(byAge);
  }

  async endpoint(id: string): Promise<Endpoint | undefined> {
    const value = await asked(this.redis.hget(endpointsKey, id));
    return value === null ? undefined : endpointOf(value);
  }

  async put(endpoint: Endpoint): Promise<boolean> {
    const json = JSON.stringify(endpoint);
    return (await asked(this.redis.plazaPutEndpoint(endpointsKey, usedKey, endpoint.id, json, endpoint.revision - 1))) === 1;
  }

  async used(): Promise<boolean> {
    return (await asked(this.redis.exists(usedKey))) === 1;
  }

  async restore(endpoints: readonly Endpoint[]): Promise<void> {
    for (const one of endpoints) await asked(this.redis.hsetnx(endpointsKey, one.id, JSON.stringify(one)));
    await asked(this.redis.set(usedKey, '1'));
  }

  async remove(id: string): Promise<boolean> {
    return (await asked(this.redis.plazaRemoveEndpoint(endpointsKey, feedsKey(id), replaysKey, id))) === 1;
  }

  async place(stream: number): Promise<number> {
    return Number((await asked(this.redis.hget(placesKey, String(stream)))) ?? 0);
  }

  async movePlace(stream: number, sequence: number): Promise<void> {
    await asked(this.redis.hset(placesKey, String(stream), sequence));
  }

  async feed(endpoint: string, stream: number): Promise<FeedState | undefined> {
    const value = await asked(this.redis.hget(feedsKey(endpoint), String(stream)));
    return value === null ? undefined : feedOf(value);
  }

  async feeds(endpoint: string): Promise<Map<number, FeedState>> {
    const kept = await asked(this.redis.hgetall(feedsKey(endpoint)));
    return new Map(Object.entries(kept).map(([stream, value]) => [Number(stream), feedOf(value)]));
  }

  async keepFeed(endpoint: string, stream: number, state: FeedState): Promise<void> {
    await asked(this.redis.plazaKeepOf(endpointsKey, feedsKey(endpoint), endpoint, String(stream), JSON.stringify(state)));
  }

  async askReplay(replay: Replay): Promise<void> {
    await asked(this.redis.plazaKeepOf(endpointsKey, replaysKey, replay.endpoint, replay.id, JSON.stringify(replay)));
  }

  async replays(stream: number): Promise<Replay[]> {
    const all = (await asked(this.redis.hvals(replaysKey))).map(replayOf);
    return all.filter((replay) => replay.stream === stream).sort(byAsking);
  }

  async replayed({ id }: Replay): Promise<void> {
    await asked(this.redis.hdel(replaysKey, id));
  }
}

const endpointOf = (value: string): Endpoint => JSON.parse(value) as Endpoint;
const feedOf = (value: string): FeedState => JSON.parse(value) as FeedState;
const replayOf = (value: string): Replay => JSON.parse(value) as Replay;

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new DeliveriesAway(causeOf(error), { cause: error });
  }
}
