import { describe, expect, test } from '@jest/globals';
import { Registry } from '@plaza/kit';
import type { Client } from 'cassandra-driver';
import type { Engine, Sample } from './engine.js';
import { exposeEngines } from './figures.prom.js';
import { redisSamples } from './info.redis.js';
import { natsSamples } from './nats.js';
import { CassandraHost, cassandraSamples } from './views.cassandra.js';

const valueOf = (samples: readonly Sample[], figure: string, label = ''): number | undefined =>
  samples.find((one) => one.figure === figure && (label === '' || Object.values(one.labels ?? {}).includes(label)))?.value;

describe('NATS', () => {
  const varz = { connections: 7, slow_consumers: 1, in_msgs: 10, out_msgs: 20, in_bytes: 30, out_bytes: 40, mem: 50, server_name: 'n1' };
  const state = { messages: 5, bytes: 900, last_seq: 12 };
  const jsz = (cluster: object | undefined) => ({
    storage: 1000,
    account_details: [{ stream_detail: [{ name: 'LOG-0', state, ...(cluster === undefined ? {} : { cluster }) }] }],
  });

  test('a server alone leads its streams', () => {
    const samples = natsSamples(varz, jsz(undefined));
    expect(valueOf(samples, 'nats_out_messages_total')).toBe(20);
    expect(valueOf(samples, 'nats_jetstream_api_errors_total')).toBe(0);
    expect(
      ['nats_stream_last_sequence', 'nats_stream_leader', 'nats_stream_replicas_behind'].map((name) => valueOf(samples, name, 'LOG-0')),
    ).toEqual([12, 1, 0]);
  });

  test('a leader tells of its replicas, a replica does not', () => {
    const replicas = [{ current: true }, { current: false }, { current: true, offline: true }];
    expect(valueOf(natsSamples(varz, jsz({ leader: 'n1', replicas })), 'nats_stream_replicas_behind')).toBe(2);
    const follower = natsSamples(varz, jsz({ leader: 'n2', replicas }));
    expect([valueOf(follower, 'nats_stream_leader'), valueOf(follower, 'nats_stream_replicas_behind')]).toEqual([0, undefined]);
  });

  test('where a cluster has no leader, nobody says that it leads', () => {
    const samples = natsSamples(varz, jsz({ name: 'plaza', replicas: [{ current: false, offline: true }] }));
    expect([valueOf(samples, 'nats_stream_leader'), valueOf(samples, 'nats_stream_replicas_behind')]).toEqual([0, undefined]);
  });
});

test('Redis: fields of INFO, keys of all databases', () => {
  const info =
    '# Memory\r\nused_memory:1024\r\nmaxmemory:4096\r\naof_last_write_status:err\r\nrole:slave\r\n# Keyspace\r\ndb0:keys=3,expires=0\r\ndb1:keys=4,expires=1\r\n';
  const samples = redisSamples(info);
  expect(
    ['redis_memory_bytes', 'redis_memory_limit_bytes', 'redis_keys', 'redis_aof_failed', 'redis_primary', 'redis_evicted_keys_total'].map(
      (name) => valueOf(samples, name),
    ),
  ).toEqual([1024, 4096, 7, 1, 0, 0]);
});

test('Cassandra: sums and the slowest, by keyspace', () => {
  const samples = cassandraSamples({
    clients: [{}, {}],
    pools: [{ name: 'ReadStage', active_tasks: 1, pending_tasks: { toString: () => '9' }, blocked_tasks_all_time: 2 }],
    disks: [
      { keyspace_name: 'plaza', mebibytes: 1 },
      { keyspace_name: 'plaza', mebibytes: 2 },
    ],
    writes: [
      { keyspace_name: 'plaza', p99th_ms: 5 },
      { keyspace_name: 'plaza', p99th_ms: 3 },
    ],
    reads: [{ keyspace_name: 'plaza', p99th_ms: Number.NaN }],
  });
  expect(valueOf(samples, 'cassandra_clients')).toBe(2);
  expect(valueOf(samples, 'cassandra_pool_pending', 'ReadStage')).toBe(9);
  expect(valueOf(samples, 'cassandra_disk_bytes', 'plaza')).toBe(3 * 1_048_576);
  expect(valueOf(samples, 'cassandra_write_p99_seconds', 'plaza')).toBe(0.005);
  expect(valueOf(samples, 'cassandra_read_p99_seconds', 'plaza')).toBe(0);
});

test('Cassandra: a host that failed is looked up again, by a client of its new address', async () => {
  const asked: string[] = [];
  const client = (address: string): Client => {
    asked.push(address);
    const execute = (): Promise<object> => (asked.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve({ rows: [] }));
    return { execute, shutdown: () => Promise.resolve() } as unknown as Client;
  };
  const host = new CassandraHost(client, '127.0.0.1:9042');
  await expect(host.read()).rejects.toThrow('away');
  expect(valueOf(await host.read(), 'cassandra_clients')).toBe(0);
  await host.read();
  expect(asked).toEqual(['127.0.0.1:9042', '127.0.0.1:9042']);
});

test('an engine that does not answer is not up, told of, and shows nothing old; counters are as the engine says', async () => {
  const registry = new Registry();
  const state = { away: false, commands: 5 };
  const engine: Engine = {
    engine: 'redis',
    server: 'r:1',
    read: async () => {
      if (state.away) throw new Error('away');
      return [{ figure: 'redis_commands_total', value: state.commands }];
    },
    close: () => undefined,
  };
  const away: string[] = [];
  exposeEngines(registry, [engine], ({ server }) => away.push(server));
  const line = async (name: string): Promise<string | undefined> =>
    (await registry.metrics()).split('\n').find((one) => one.startsWith(`plaza_${name}{`));
  expect(await line('redis_commands_total')).toBe('plaza_redis_commands_total{server="r:1"} 5');
  state.commands = 8;
  expect(await line('redis_commands_total')).toBe('plaza_redis_commands_total{server="r:1"} 8');
  state.away = true;
  expect([await line('redis_commands_total'), await line('engine_up')]).toEqual([
    undefined,
    'plaza_engine_up{engine="redis",server="r:1"} 0',
  ]);
  expect(away).toEqual(['r:1', 'r:1']);
  state.away = false;
  state.commands = 2;
  const [first, second] = await Promise.all([line('redis_commands_total'), line('engine_up')]);
  expect([first, second]).toEqual(['plaza_redis_commands_total{server="r:1"} 2', 'plaza_engine_up{engine="redis",server="r:1"} 1']);
});
