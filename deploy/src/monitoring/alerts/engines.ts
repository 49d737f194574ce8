import type { Alert } from './alert.js';
import { growing, steady } from './series.js';

/** NATS, Redis and Cassandra, as the exporter sees them. */
export const engines: readonly Alert[] = [
  {
    alert: 'PlazaEngineDown',
    expr: 'plaza_engine_up == 0',
    for: '1m',
    severity: 'page',
    summary: '{{ $labels.engine }} {{ $labels.server }} does not answer',
    runbook: 'processes',
    fires: {
      summary: 'redis r:1 does not answer',
      series: [['plaza_engine_up{engine="redis",server="r:1"}', steady(0)]],
      labels: { engine: 'redis', server: 'r:1' },
    },
    calm: [['plaza_engine_up{engine="redis",server="r:1"}', steady(1)]],
  },
  {
    alert: 'PlazaStreamWithoutLeader',
    expr: 'sum by (stream) (plaza_nats_stream_leader) < 1',
    for: '1m',
    severity: 'page',
    summary: 'Nobody leads {{ $labels.stream }}: nothing of its shards is accepted',
    runbook: 'nats',
    fires: {
      summary: 'Nobody leads LOG-1: nothing of its shards is accepted',
      series: [['plaza_nats_stream_leader{stream="LOG-1",server="n"}', steady(0)]],
      labels: { stream: 'LOG-1' },
    },
    calm: [
      ['plaza_nats_stream_leader{stream="LOG-1",server="n"}', steady(0)],
      ['plaza_nats_stream_leader{stream="LOG-1",server="m"}', steady(1)],
    ],
  },
  {
    alert: 'PlazaReplicasBehind',
    expr: 'max by (stream) (plaza_nats_stream_replicas_behind) > 0',
    for: '5m',
    severity: 'page',
    summary: '{{ $value }} replicas of {{ $labels.stream }} are behind or away',
    runbook: 'nats',
    fires: {
      summary: '1 replicas of LOG-1 are behind or away',
      series: [['plaza_nats_stream_replicas_behind{stream="LOG-1"}', steady(1)]],
      labels: { stream: 'LOG-1' },
    },
    calm: [['plaza_nats_stream_replicas_behind{stream="LOG-1"}', steady(0)]],
  },
  {
    alert: 'PlazaSlowConsumers',
    expr: 'sum by (server) (increase(plaza_nats_slow_consumers_total[10m])) > 0',
    for: '0m',
    severity: 'ticket',
    summary: '{{ $labels.server }} cut connections that read too slowly',
    runbook: 'nats',
    fires: {
      summary: 'n:1 cut connections that read too slowly',
      series: [['plaza_nats_slow_consumers_total{server="n:1"}', growing(1)]],
      labels: { server: 'n:1' },
    },
    calm: [['plaza_nats_slow_consumers_total{server="n:1"}', steady(7)]],
  },
  {
    alert: 'PlazaRedisMemory',
    expr: 'max by (server) (plaza_redis_memory_bytes / (plaza_redis_memory_limit_bytes > 0)) > 0.85 or sum by (server) (increase(plaza_redis_evicted_keys_total[1h])) > 0',
    for: '5m',
    severity: 'page',
    summary: 'Redis {{ $labels.server }} is full, or throws keys out',
    runbook: 'redis',
    fires: {
      summary: 'Redis r:1 is full, or throws keys out',
      series: [
        ['plaza_redis_memory_bytes{server="r:1"}', steady(90)],
        ['plaza_redis_memory_limit_bytes{server="r:1"}', steady(100)],
      ],
      labels: { server: 'r:1' },
    },
    calm: [
      ['plaza_redis_memory_bytes{server="r:1"}', steady(90)],
      ['plaza_redis_memory_limit_bytes{server="r:1"}', steady(0)],
      ['plaza_redis_evicted_keys_total{server="r:1"}', steady(0)],
    ],
  },
  {
    alert: 'PlazaRedisNotWritten',
    expr: 'max by (server) (plaza_redis_aof_failed) > 0',
    for: '1m',
    severity: 'page',
    summary: 'Redis {{ $labels.server }} cannot write its append-only file',
    runbook: 'redis',
    fires: {
      summary: 'Redis r:1 cannot write its append-only file',
      series: [['plaza_redis_aof_failed{server="r:1"}', steady(1)]],
      labels: { server: 'r:1' },
    },
    calm: [['plaza_redis_aof_failed{server="r:1"}', steady(0)]],
  },
  {
    alert: 'PlazaCassandraSlow',
    expr: 'max by (server) ({__name__=~"plaza_cassandra_(read|write)_p99_seconds",keyspace!~"system.*"}) > 0.5',
    for: '10m',
    severity: 'ticket',
    summary: 'Cassandra {{ $labels.server }} takes {{ $value | humanizeDuration }} (p99)',
    runbook: 'cassandra',
    fires: {
      summary: 'Cassandra c:1 takes 2s (p99)',
      series: [['plaza_cassandra_write_p99_seconds{server="c:1",keyspace="plaza"}', steady(2)]],
      labels: { server: 'c:1' },
    },
    calm: [
      ['plaza_cassandra_write_p99_seconds{server="c:1",keyspace="plaza"}', steady(0.01)],
      ['plaza_cassandra_read_p99_seconds{server="c:1",keyspace="system_schema"}', steady(2)],
    ],
  },
  {
    alert: 'PlazaCassandraQueues',
    expr: 'max by (server, pool) (plaza_cassandra_pool_pending) > 200',
    for: '5m',
    severity: 'ticket',
    summary: '{{ $value }} tasks wait in {{ $labels.pool }} of Cassandra {{ $labels.server }}',
    runbook: 'cassandra',
    fires: {
      summary: '900 tasks wait in CompactionExecutor of Cassandra c:1',
      series: [['plaza_cassandra_pool_pending{server="c:1",pool="CompactionExecutor"}', steady(900)]],
      labels: { server: 'c:1', pool: 'CompactionExecutor' },
    },
    calm: [['plaza_cassandra_pool_pending{server="c:1",pool="ReadStage"}', steady(3)]],
  },
];
