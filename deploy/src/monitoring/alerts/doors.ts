import type { Alert } from './alert.js';
import { buckets, growing } from './series.js';

/** Where clients and backends come in. */
export const doors: readonly Alert[] = [
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
];
