import { causeOf } from '@plaza/kit';
import type { Redis, Result } from 'ioredis';
import { CountersUnavailable, type Counters, type Increment, type Metric, type RoomFigure } from './counters.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    plazaCount(keyCount: number, ...keysAndArguments: (string | number)[]): Result<string, Context>;
  }
}

/** KEYS: cursor, then sorted sets. ARGV: expected, cursor, then for each set: when it expires (Unix s), rooms, (room, by)... */
const count = `
local stored = redis.call('GET', KEYS[1]) or '0'
if stored ~= ARGV[1] then return stored end
local at = 3
for k = 2, #KEYS do
  local expires, rooms = ARGV[at], tonumber(ARGV[at + 1])
  at = at + 2
  for _ = 1, rooms do
    redis.call('ZINCRBY', KEYS[k], '-' .. ARGV[at + 1], ARGV[at])
    at = at + 2
  end
  redis.call('EXPIREAT', KEYS[k], expires)
end
redis.call('SET', KEYS[1], ARGV[2])
return 'added'`;

/**
 * Counters in Redis: under one hash tag a stream, a sorted set for each hour and metric, and the cursor, changed by one script. Scores are the
 * figures below zero: so the order of Redis is highest first, and by room id among equals.
 */
export class RedisCounters implements Counters {
  readonly #keptSeconds: number;

  constructor(
    private readonly redis: Redis,
    { retentionDays }: { readonly retentionDays: number },
  ) {
    this.#keptSeconds = retentionDays * 86_400;
    redis.defineCommand('plazaCount', { lua: count });
  }

  async cursor(stream: number): Promise<number> {
    return Number((await asked(this.redis.get(cursorKey(stream)))) ?? 0);
  }

  async add(
    stream: number,
    expected: number,
    cursor: number,
    increments: readonly Increment[],
  ): Promise<'added' | { readonly cursor: number }> {
    const sets = new Map<string, { hourMs: number; rooms: (string | number)[] }>();
    for (const { hourMs, metric, room, by } of increments) {
      const key = figuresKey(stream, hourMs, metric);
      const set = sets.get(key) ?? { hourMs, rooms: [] };
      set.rooms.push(room, by);
      sets.set(key, set);
    }
    const given = [...sets.values()].flatMap(({ hourMs, rooms }) => [hourMs / 1000 + 3600 + this.#keptSeconds, rooms.length / 2, ...rooms]);
    const answer = await asked(this.redis.plazaCount(1 + sets.size, cursorKey(stream), ...sets.keys(), expected, cursor, ...given));
    return answer === 'added' ? 'added' : { cursor: Number(answer) };
  }

  async top(stream: number, metric: Metric, hourMs: number, limit: number): Promise<RoomFigure[]> {
    const ranked = await asked(this.redis.zrange(figuresKey(stream, hourMs, metric), '0', String(limit - 1), 'WITHSCORES'));
    const rooms = ranked.filter((_, i) => i % 2 === 0);
    if (rooms.length === 0) return [];
    const other: Metric = metric === 'messages' ? 'entries' : 'messages';
    const scores = await asked(this.redis.zmscore(figuresKey(stream, hourMs, other), ...rooms));
    return rooms.map((room, i) => figure(room, metric, Number(ranked[2 * i + 1]), Number(scores[i] ?? 0)));
  }

  async trim(): Promise<void> {}

  async close(): Promise<void> {
    this.redis.disconnect();
  }
}

const cursorKey = (stream: number): string => `plaza:{m${stream}}:cursor`;
const figuresKey = (stream: number, hourMs: number, metric: Metric): string => `plaza:{m${stream}}:${hourMs}:${metric}`;

/** From scores: below zero, and zero without its sign. */
const figure = (room: string, metric: Metric, score: number, otherScore: number): RoomFigure => {
  const [own, other] = [Math.abs(score), Math.abs(otherScore)];
  return metric === 'messages' ? { room, messages: own, entries: other } : { room, messages: other, entries: own };
};

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CountersUnavailable(causeOf(error), { cause: error });
  }
}
