import type { Alert } from './alert.js';
import { steady } from './series.js';

/** What the platform relies on: webhooks and the audit log. */
export const platform: readonly Alert[] = [
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
];
