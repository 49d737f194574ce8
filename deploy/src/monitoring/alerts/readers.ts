import type { Alert } from './alert.js';
import { growing, steady } from './series.js';

/** One of these counters grew by more than that within the time. Each by itself: a range over several names loses the names, and may not. */
const any = (counters: readonly string[], time: string, most: number): string =>
  counters.map((name) => `sum by (job) (increase(plaza_${name}_total[${time}])) > ${most}`).join(' or ');

/** Who reads the log: history, metrics, audit. */
export const readers: readonly Alert[] = [
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
];
