import type { Alert } from './alert.js';
import { buckets, growing, steady } from './series.js';

/** Shards, their holders, and the log that they append to. */
export const rooms: readonly Alert[] = [
  {
    alert: 'PlazaShardsUnheld',
    // A hand-over is seen twice or not at all by single scrapes, so not the most but what is usual.
    // Where no holder lives there is no series, either.
    expr: '(sum(plaza_room_state_shards) or vector(0)) < quantile_over_time(0.9, sum(plaza_room_state_shards)[6h:1m])',
    for: '2m',
    severity: 'page',
    summary: 'Only {{ $value }} shards are held: the rooms of the others do not answer',
    runbook: 'shards',
    fires: {
      summary: 'Only 200 shards are held: the rooms of the others do not answer',
      series: [['plaza_room_state_shards{instance="a"}', '256x26 200x4']],
      labels: {},
    },
    firesAlso: {
      summary: 'Only 0 shards are held: the rooms of the others do not answer',
      series: [['plaza_room_state_shards{instance="a"}', '256x26 stale']],
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
];
