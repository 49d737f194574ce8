import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { causeOf } from '@plaza/kit';
import { connectRedis } from '@plaza/kit/redis';
import { eventually } from '@plaza/testkit';
import { fill } from '../fill.js';
import { allHeld, cassandraOf, nothing, seen, type Scenes } from './common.js';

/** Redis and Cassandra that are full, slow, or away. */
export const stores: Scenes = {
  async redis(bench, say) {
    const { redis } = bench.cluster.engines;
    const client = connectRedis({ redisUrl: bench.cluster.engines.redisUrl, redisTlsCa: undefined }, () => undefined);
    await client.connect();
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
    await client.config('SET', 'maxmemory', String(Math.round(used * 1.1)));
    await seen(bench, say, 'PlazaRedisMemory');
    say(`maxmemory-policy: ${(await client.config('GET', 'maxmemory-policy')).at(-1)}`);
    await client.config('SET', 'maxmemory', '0');
    client.disconnect();
    await redis?.kill();
    await seen(bench, say, 'PlazaProjectionBehind', 70_000);
    say(
      `plaza_room_state_projection_writes_total: ${(await bench.ask('sum by (outcome) (plaza_room_state_projection_writes_total)')).join('; ')}`,
    );
    await redis?.start();
    await eventually(async () => nothing(await bench.ask('max(plaza_room_state_projection_lag_seconds) > 5')), { timeoutMs: 60_000 });
    say('behind no more, 5 s and less');
  },

  async disk(bench, say) {
    const client = connectRedis({ redisUrl: bench.cluster.engines.redisUrl, redisTlsCa: undefined }, () => undefined);
    await client.connect();
    const setting = async (name: string): Promise<string> => String((await client.config('GET', name)).at(-1));
    const folder = join(await setting('dir'), await setting('appenddirname'));
    const name = await setting('appendfilename');
    const newest = Math.max(
      ...[...readFileSync(join(folder, `${name}.manifest`), 'utf8').matchAll(/seq (\d+) type i/g)].map(([, seq]) => Number(seq)),
    );
    // What it writes to next is a disk that is full.
    const next = join(folder, `${name}.${newest + 1}.incr.aof`);
    symlinkSync('/dev/full', next);
    await client.bgrewriteaof();
    await seen(bench, say, 'PlazaRedisNotWritten', 60_000);
    say(`SET: ${await client.set('full', '1').catch((error: unknown) => causeOf(error))}`);
    say(await bench.plaza('cluster', allHeld));
    // Room is made.
    rmSync(next);
    writeFileSync(next, '');
    await client.bgrewriteaof();
    await eventually(async () => nothing(await bench.ask('max(plaza_redis_aof_failed) > 0')), { timeoutMs: 60_000 });
    say(`SET: ${await client.set('full', '1')}`);
    await client.del('full');
    client.disconnect();
  },

  async cassandra(bench, say) {
    const cassandra = cassandraOf(bench);
    await cassandra.kill();
    await fill(bench.cluster, 3 * 1_048_576);
    await seen(bench, say, 'PlazaLogHalfFull', 90_000);
    await seen(bench, say, 'PlazaSnapshotsFail', 60_000);
    await seen(bench, say, 'PlazaReaderFails', 60_000);
    await seen(bench, say, 'PlazaReaderBehind', 90_000);
    say(await bench.plaza('cluster', /stream[^]*?\n0 .*/));
    await fill(bench.cluster, 4 * 1_048_576);
    await cassandra.start();
    await seen(bench, say, 'PlazaReaderHoles', 60_000);
    await eventually(async () => nothing(await bench.ask('max({__name__=~"plaza_(history|metrics)_reader_lag_seconds"}) > 5')), {
      timeoutMs: 60_000,
    });
    say('readers are behind no more');
    say(await bench.plaza('audit verify', /.+\n?.*/));
  },
};
