import type { Redis } from 'ioredis';
import type { Engine, Sample } from './engine.js';

/** Redis, by INFO. */
export class RedisInfo implements Engine {
  readonly engine = 'redis';

  constructor(
    private readonly redis: Redis,
    readonly server: string,
  ) {}

  async read(): Promise<readonly Sample[]> {
    return redisSamples(await this.redis.info());
  }

  close(): void {
    this.redis.disconnect();
  }
}

export function redisSamples(info: string): Sample[] {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':');
      return at <= 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  const keys = [...fields].filter(([name]) => /^db\d+$/.test(name)).map(([, value]) => Number(/keys=(\d+)/.exec(value)?.[1] ?? 0));
  return [
    { figure: 'redis_connections', value: number('connected_clients') },
    { figure: 'redis_memory_bytes', value: number('used_memory') },
    { figure: 'redis_memory_limit_bytes', value: number('maxmemory') },
    { figure: 'redis_keys', value: keys.reduce((sum, count) => sum + count, 0) },
    { figure: 'redis_commands_total', value: number('total_commands_processed') },
    { figure: 'redis_evicted_keys_total', value: number('evicted_keys') },
    { figure: 'redis_rejected_connections_total', value: number('rejected_connections') },
    { figure: 'redis_aof_failed', value: fields.get('aof_last_write_status') === 'err' ? 1 : 0 },
    { figure: 'redis_primary', value: fields.get('role') === 'master' ? 1 : 0 },
  ];
}
