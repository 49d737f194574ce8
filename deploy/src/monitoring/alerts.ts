/** A series of promtool: its name with labels, and its values in promtool's notation (a value a minute). */
export type Series = readonly [series: string, values: string];

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** How long it has to hold. */
  readonly for: string;
  /** page: somebody gets up; ticket: within the day. */
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** The page in docs/operations/runbooks that has a heading of this alert's name. */
  readonly runbook: 'processes' | 'shards' | 'log' | 'readers' | 'edges' | 'api' | 'webhooks' | 'audit' | 'nats' | 'redis' | 'cassandra';
  /** When it fires, and when not: after half an hour of these series. `labels`, `summary`: of the alert that fires. */
  readonly fires: { readonly series: readonly Series[]; readonly labels: Readonly<Record<string, string>>; readonly summary: string };
  readonly calm: readonly Series[];
}

const half = '30';
const steady = (value: number): string => `${value}x${half}`;
const growing = (step: number): string => `0+${step}x${half}`;
const buckets = (name: string, labels: string, quick: number, slow: number): Series[] => [
  [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="0.1"}`, growing(quick)],
  [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="2.5"}`, growing(quick + slow)],
  [`${name}_bucket{${labels}${labels === '' ? '' : ','}le="+Inf"}`, growing(quick + slow)],
];

/** One of these counters grew by more than that within the time. Each by itself: a range over several names loses the names, and may not. */
const any = (counters: readonly string[], time: string, most: number): string =>
  counters.map((name) => `sum by (job) (increase(plaza_${name}_total[${time}])) > ${most}`).join(' or ');

export const alerts: readonly Alert[] = [
  {
    alert: 'PlazaProcessDown',
    expr: 'up{job=~"plaza-.*"} == 0',
    for: '1m',
    severity: 'page',
    summary: '{{ $labels.job }} {{ $labels.instance }} does not answer',
    runbook: 'processes',
    fires: {
      summary: 'plaza-edge a does not answer',
      series: [['up{job="plaza-edge",instance="a"}', steady(0)]],
      labels: { job: 'plaza-edge', instance: 'a' },
    },
    calm: [
      ['up{job="plaza-edge",instance="a"}', steady(1)],
      ['up{job="node",instance="b"}', steady(0)],
    ],
  },
  {
    alert: 'PlazaEventLoopBusy',
    expr: 'max by (job, instance) (nodejs_eventloop_lag_p99_seconds{job=~"plaza-.*"}) > 0.25',
    for: '10m',
    severity: 'ticket',
    summary: 'The event loop of {{ $labels.job }} {{ $labels.instance }} is late by {{ $value | humanizeDuration }}',
    runbook: 'processes',
    fires: {
      summary: 'The event loop of plaza-api a is late by 500ms',
      series: [['nodejs_eventloop_lag_p99_seconds{job="plaza-api",instance="a"}', steady(0.5)]],
      labels: { job: 'plaza-api', instance: 'a' },
    },
    calm: [['nodejs_eventloop_lag_p99_seconds{job="plaza-api",instance="a"}', steady(0.02)]],
  },
  {
    alert: 'PlazaShardsUnheld',
    // A hand-over is seen twice or not at all by single scrapes, so not the most but what is usual.
    expr: 'sum(plaza_room_state_shards) < quantile_over_time(0.9, sum(plaza_room_state_shards)[6h:1m])',
    for: '2m',
    severity: 'page',
    summary: 'Only {{ $value }} shards are held: the rooms of the others do not answer',
    runbook: 'shards',
    fires: {
      summary: 'Only 200 shards are held: the rooms of the others do not answer',
      series: [['plaza_room_state_shards{instance="a"}', '256x26 200x4']],
      labels: {},
    },
    calm: [
      ['plaza_room_state_shards{instance="a"}', '256x10 0x20'],
      ['plaza_room_state_shards{instance="b"}', '0x10 256x20'],
    ],
  },
  {
    alert: 'PlazaShardsLost',
    expr: 'sum(increase(plaza_room_state_claims_total{outcome=~"lost|failed"}[10m])) > 10',
    for: '0m',
    severity: 'ticket',
    summary: '{{ $value | humanize }} shards were lost or not got within 10 minutes',
    runbook: 'shards',
    fires: {
      summary: '30 shards were lost or not got within 10 minutes',
      series: [['plaza_room_state_claims_total{outcome="lost"}', growing(3)]],
      labels: {},
    },
    calm: [
      ['plaza_room_state_claims_total{outcome="claimed"}', growing(50)],
      ['plaza_room_state_claims_total{outcome="lost"}', steady(9)],
    ],
  },
  {
    alert: 'PlazaProjectionBehind',
    expr: 'max by (instance) (plaza_room_state_projection_lag_seconds) > 30',
    for: '5m',
    severity: 'ticket',
    summary: 'Redis lacks changes of {{ $value | humanizeDuration }}: a takeover from {{ $labels.instance }} reads as much of the log',
    runbook: 'shards',
    fires: {
      summary: 'Redis lacks changes of 1m 0s: a takeover from a reads as much of the log',
      series: [['plaza_room_state_projection_lag_seconds{instance="a"}', steady(60)]],
      labels: { instance: 'a' },
    },
    calm: [['plaza_room_state_projection_lag_seconds{instance="a"}', steady(1)]],
  },
  {
    alert: 'PlazaSnapshotsFail',
    expr: 'sum(increase(plaza_room_state_snapshots_total{outcome="failed"}[20m])) > 0',
    for: '10m',
    severity: 'ticket',
    summary: 'Snapshots of shards fail: the log is kept longer, and fills',
    runbook: 'shards',
    fires: {
      summary: 'Snapshots of shards fail: the log is kept longer, and fills',
      series: [['plaza_room_state_snapshots_total{outcome="failed"}', growing(1)]],
      labels: {},
    },
    calm: [
      ['plaza_room_state_snapshots_total{outcome="failed"}', steady(4)],
      ['plaza_room_state_snapshots_total{outcome="taken"}', growing(2)],
    ],
  },
  {
    alert: 'PlazaAppendsSlow',
    expr: 'histogram_quantile(0.99, sum by (le) (rate(plaza_room_state_append_seconds_bucket[5m]))) > 0.5',
    for: '5m',
    severity: 'page',
    summary: 'The log takes {{ $value | humanizeDuration }} (p99) for a record: every message waits for it',
    runbook: 'log',
    fires: {
      summary: 'The log takes 2.26s (p99) for a record: every message waits for it',
      series: buckets('plaza_room_state_append_seconds', '', 90, 10),
      labels: {},
    },
    calm: buckets('plaza_room_state_append_seconds', '', 100, 0),
  },
  {
    alert: 'PlazaLogHalfFull',
    expr: 'max by (stream) (plaza_room_state_log_half_full) > 0',
    for: '1m',
    severity: 'page',
    summary: 'Stream {{ $labels.stream }} of the log has reached half of its byte limit',
    runbook: 'log',
    fires: {
      summary: 'Stream 1 of the log has reached half of its byte limit',
      series: [['plaza_room_state_log_half_full{stream="1"}', steady(1)]],
      labels: { stream: '1' },
    },
    calm: [['plaza_room_state_log_half_full{stream="1"}', steady(0)]],
  },
  {
    alert: 'PlazaReaderBehind',
    expr: 'max by (job, stream) ({__name__=~"plaza_(history|metrics)_reader_lag_seconds"}) > 60',
    for: '5m',
    severity: 'ticket',
    summary: '{{ $labels.job }} is {{ $value | humanizeDuration }} behind stream {{ $labels.stream }}',
    runbook: 'readers',
    fires: {
      summary: 'plaza-history is 2m 0s behind stream 2',
      series: [['plaza_history_reader_lag_seconds{job="plaza-history",stream="2"}', steady(120)]],
      labels: { job: 'plaza-history', stream: '2' },
    },
    calm: [['plaza_metrics_reader_lag_seconds{job="plaza-metrics",stream="2"}', steady(2)]],
  },
  {
    alert: 'PlazaReaderHoles',
    expr: any(['history_holes', 'metrics_holes', 'api_audit_holes', 'webhook_holes'], '1h', 0),
    for: '0m',
    severity: 'page',
    summary: 'The log had let go of records before {{ $labels.job }} had read them: they are lost to it',
    runbook: 'readers',
    fires: {
      summary: 'The log had let go of records before plaza-history had read them: they are lost to it',
      series: [['plaza_history_holes_total{job="plaza-history"}', '0x20 1x10']],
      labels: { job: 'plaza-history' },
    },
    calm: [['plaza_history_holes_total{job="plaza-history"}', steady(3)]],
  },
  {
    alert: 'PlazaReaderFails',
    expr: any(['history_failures', 'metrics_failures', 'api_audit_failures'], '10m', 10),
    for: '5m',
    severity: 'ticket',
    summary: '{{ $labels.job }} cannot write what it reads',
    runbook: 'readers',
    fires: {
      summary: 'plaza-metrics cannot write what it reads',
      series: [['plaza_metrics_failures_total{job="plaza-metrics"}', growing(4)]],
      labels: { job: 'plaza-metrics' },
    },
    calm: [['plaza_metrics_failures_total{job="plaza-metrics"}', steady(40)]],
  },
  {
    alert: 'PlazaEdgeFull',
    expr: 'sum by (instance) (increase(plaza_edge_refusals_total{code="edge-full"}[5m])) > 0',
    for: '5m',
    severity: 'page',
    summary: '{{ $labels.instance }} turns clients away',
    runbook: 'edges',
    fires: {
      summary: 'a turns clients away',
      series: [['plaza_edge_refusals_total{instance="a",code="edge-full"}', growing(5)]],
      labels: { instance: 'a' },
    },
    calm: [['plaza_edge_refusals_total{instance="a",code="muted"}', growing(5)]],
  },
  {
    alert: 'PlazaEdgeSlow',
    expr: 'histogram_quantile(0.99, sum by (le, instance) (rate(plaza_edge_rotation_seconds_bucket[5m]))) > 1',
    for: '5m',
    severity: 'ticket',
    summary: '{{ $labels.instance }} needs {{ $value | humanizeDuration }} (p99) for one turn through a room',
    runbook: 'edges',
    fires: {
      summary: 'a needs 2.38s (p99) for one turn through a room',
      series: buckets('plaza_edge_rotation_seconds', 'instance="a"', 80, 20),
      labels: { instance: 'a' },
    },
    calm: buckets('plaza_edge_rotation_seconds', 'instance="a"', 100, 0),
  },
  {
    alert: 'PlazaHolesTold',
    expr: 'sum(rate(plaza_edge_incompletes_total[5m])) > 1',
    for: '5m',
    severity: 'ticket',
    summary: '{{ $value | humanize }} clients a second are told that they miss something',
    runbook: 'edges',
    fires: {
      summary: '2 clients a second are told that they miss something',
      series: [['plaza_edge_incompletes_total{instance="a"}', growing(120)]],
      labels: {},
    },
    calm: [['plaza_edge_incompletes_total{instance="a"}', growing(1)]],
  },
  {
    alert: 'PlazaApiErrors',
    expr: 'sum(rate(plaza_api_requests_total{status=~"5.."}[5m])) / sum(rate(plaza_api_requests_total[5m])) > 0.02',
    for: '5m',
    severity: 'page',
    summary: '{{ $value | humanizePercentage }} of the requests to the server API fail',
    runbook: 'api',
    fires: {
      summary: '10% of the requests to the server API fail',
      series: [
        ['plaza_api_requests_total{status="503"}', growing(10)],
        ['plaza_api_requests_total{status="200"}', growing(90)],
      ],
      labels: {},
    },
    calm: [
      ['plaza_api_requests_total{status="503"}', growing(1)],
      ['plaza_api_requests_total{status="200"}', growing(990)],
    ],
  },
  {
    alert: 'PlazaWebhookBehind',
    expr: 'max by (endpoint) (plaza_webhook_lag_seconds) > 600',
    for: '10m',
    severity: 'ticket',
    summary: 'The webhook {{ $labels.endpoint }} is {{ $value | humanizeDuration }} behind',
    runbook: 'webhooks',
    fires: {
      summary: 'The webhook wh_1 is 15m 0s behind',
      series: [['plaza_webhook_lag_seconds{endpoint="wh_1"}', steady(900)]],
      labels: { endpoint: 'wh_1' },
    },
    calm: [['plaza_webhook_lag_seconds{endpoint="wh_1"}', steady(5)]],
  },
  {
    alert: 'PlazaDeadLetters',
    expr: 'sum by (endpoint) (increase(plaza_webhook_dead_events_total[1h])) > 0',
    for: '0m',
    severity: 'ticket',
    summary: 'Events for the webhook {{ $labels.endpoint }} became dead letters',
    runbook: 'webhooks',
    fires: {
      summary: 'Events for the webhook wh_1 became dead letters',
      series: [['plaza_webhook_dead_events_total{endpoint="wh_1"}', '0x20 5x10']],
      labels: { endpoint: 'wh_1' },
    },
    calm: [['plaza_webhook_dead_events_total{endpoint="wh_1"}', steady(5)]],
  },
  {
    alert: 'PlazaAuditBroken',
    expr: 'sum(plaza_api_audit_streams_stopped) + sum(increase(plaza_api_audit_broken_total[1d])) > 0',
    for: '0m',
    severity: 'page',
    summary: 'A chain of the audit log is broken, or a stream of the log does not follow itself',
    runbook: 'audit',
    fires: {
      summary: 'A chain of the audit log is broken, or a stream of the log does not follow itself',
      series: [
        ['plaza_api_audit_streams_stopped', steady(1)],
        ['plaza_api_audit_broken_total', steady(0)],
      ],
      labels: {},
    },
    calm: [
      ['plaza_api_audit_streams_stopped', steady(0)],
      ['plaza_api_audit_broken_total', steady(0)],
    ],
  },
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
