import type { RoomId, Shard } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import type { Redis, Result } from 'ioredis';
import { ProjectionUnavailable, type DueRoom, type Projection, type RoomChange } from './projection.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    plazaProject(keyCount: number, ...keysAndArguments: (string | number | Buffer)[]): Result<'written' | 'other', Context>;
    plazaForget(keyCount: number, ...keysAndArguments: (string | number)[]): Result<number, Context>;
  }
}

/** KEYS: cursor, rooms, due, then a room's hash for each change. ARGV: expected, cursor, then for each change: room, due, slots, (name, '+' value | '-')... */
const project = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 'other' end
local at = 3
for k = 4, #KEYS do
  local room, due, slots = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  at = at + 3
  for _ = 1, slots do
    if string.sub(ARGV[at + 1], 1, 1) == '-' then redis.call('HDEL', KEYS[k], ARGV[at])
    else redis.call('HSET', KEYS[k], ARGV[at], string.sub(ARGV[at + 1], 2)) end
    at = at + 2
  end
  local there = redis.call('EXISTS', KEYS[k]) == 1
  if there then redis.call('ZADD', KEYS[2], 0, room) else redis.call('ZREM', KEYS[2], room) end
  if there and due ~= '0' then redis.call('ZADD', KEYS[3], due, room) else redis.call('ZREM', KEYS[3], room) end
end
redis.call('SET', KEYS[1], ARGV[2])
return 'written'`;

/** KEYS: cursor, due, rooms, the hashes of these rooms. ARGV: the rooms. Answers how many rooms are left. */
const forget = `
redis.call('UNLINK', KEYS[1], KEYS[2])
for k = 4, #KEYS do
  redis.call('UNLINK', KEYS[k])
  redis.call('ZREM', KEYS[3], ARGV[k - 3])
end
return redis.call('ZCARD', KEYS[3])`;

const set = Buffer.from('+');
const removed = '-';
const roomsForgottenAtOnce = 500;

/**
 * The projection in Redis. All keys of a shard have one hash tag, so a shard lies on one node and one script writes it: a string with the cursor, a
 * hash per room, a sorted set of rooms (score 0: read in the order of their ids) and a sorted set of due times. The connection fails commands at
 * once while Redis is away (kit connectRedis).
 */
export class RedisProjection implements Projection {
  constructor(private readonly redis: Redis) {
    redis.defineCommand('plazaProject', { lua: project });
    redis.defineCommand('plazaForget', { lua: forget });
  }

  get available(): boolean {
    return this.redis.status === 'ready';
  }

  async cursor(shard: Shard): Promise<number | undefined> {
    const stored = await asked(this.redis.get(key(shard, 'cursor')));
    return stored === null ? undefined : Number(stored);
  }

  async load(shard: Shard, room: RoomId): Promise<{ name: string; value: Uint8Array }[] | undefined> {
    const slots = Object.entries(await asked(this.redis.hgetallBuffer(roomKey(shard, room))));
    return slots.length === 0 ? undefined : slots.map(([name, value]) => ({ name, value }));
  }

  write(shard: Shard, expected: number | undefined, cursor: number, changes: readonly RoomChange[]): Promise<'written' | 'other'> {
    const keys = [key(shard, 'cursor'), key(shard, 'rooms'), key(shard, 'due'), ...changes.map(({ room }) => roomKey(shard, room))];
    const given = [expected ?? '', cursor, ...changes.flatMap(changeArguments)];
    return asked(this.redis.plazaProject(keys.length, ...keys, ...given));
  }

  async reset(shard: Shard): Promise<void> {
    let left: number;
    do {
      const rooms = await asked(this.redis.zrange(key(shard, 'rooms'), '0', String(roomsForgottenAtOnce - 1)));
      const keys = [key(shard, 'cursor'), key(shard, 'due'), key(shard, 'rooms'), ...rooms.map((room) => roomKey(shard, room))];
      left = await asked(this.redis.plazaForget(keys.length, ...keys, ...rooms));
    } while (left > 0);
  }

  async due(shard: Shard, limit: number): Promise<DueRoom[]> {
    const found = await asked(this.redis.zrange(key(shard, 'due'), '0', String(limit - 1), 'WITHSCORES'));
    const rooms = found.filter((_, i) => i % 2 === 0) as RoomId[];
    return rooms.map((room, i) => ({ room, dueMs: Number(found[2 * i + 1]) }));
  }

  async rooms(shard: Shard, pageToken: string, limit: number): Promise<{ rooms: RoomId[]; next: string }> {
    const after = pageToken === '' ? '-' : `(${pageToken}`;
    const found = (await asked(this.redis.zrangebylex(key(shard, 'rooms'), after, '+', 'LIMIT', 0, limit + 1))) as RoomId[];
    const rooms = found.slice(0, limit);
    return { rooms, next: found.length > limit ? rooms.at(-1)! : '' };
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }
}

const key = (shard: Shard, what: string): string => `plaza:{s${shard}}:${what}`;
const roomKey = (shard: Shard, room: string): string => key(shard, `room:${room}`);

/** Values carry a mark, so that an empty value and a removal differ. */
const changeArguments = ({ room, slots, dueMs }: RoomChange): (string | number | Buffer)[] => [
  room,
  dueMs,
  slots.length,
  ...slots.flatMap(({ name, value }) => [name, value === undefined ? removed : Buffer.concat([set, value])]),
];

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ProjectionUnavailable(causeOf(error), { cause: error });
  }
}
