import type { Alert } from './alert.js';
import { steady } from './series.js';

/** Processes of ours, whatever they do. */
export const processes: readonly Alert[] = [
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
];
