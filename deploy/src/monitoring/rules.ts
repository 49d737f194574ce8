import { stringify } from 'yaml';
import { alerts, type Alert, type Firing, type Series } from './alerts.js';

const docs = 'docs/operations/runbooks';

/** The page and heading that say what to do. */
export const runbookOf = ({ runbook, alert }: Alert): string => `${docs}/${runbook}.md#${alert.toLowerCase()}`;

const annotations = (alert: Alert): Record<string, string> => ({ summary: alert.summary, runbook_url: runbookOf(alert) });

const head = (what: string): string =>
  `# ${what} Made by deploy/src/monitoring; not edited by hand: node deploy/dist/monitoring/write.js\n`;

/** For `rule_files` of Prometheus. */
export const rulesFile = (): string =>
  head('Alerts of Plaza.') +
  stringify(
    {
      groups: [
        {
          name: 'plaza',
          rules: alerts.map((one) => ({
            alert: one.alert,
            expr: one.expr,
            for: one.for,
            labels: { severity: one.severity },
            annotations: annotations(one),
          })),
        },
      ],
    },
    { lineWidth: 0 },
  );

/** For `promtool test rules`: each alert fires where it should, and nowhere else. */
export const rulesTestFile = (): string =>
  head('Tests of the alerts.') +
  stringify(
    {
      rule_files: ['alerts.yaml'],
      evaluation_interval: '1m',
      tests: alerts.flatMap((one) => [...[one.fires, one.firesAlso ?? []].flat().map((fires) => firing(one, fires)), calm(one)]),
    },
    { lineWidth: 0 },
  );

const input = (series: readonly Series[]) => series.map(([name, values]) => ({ series: name, values }));

const firing = (one: Alert, fires: Firing) => ({
  name: `${one.alert} fires`,
  interval: '1m',
  input_series: input(fires.series),
  alert_rule_test: [
    {
      eval_time: '30m',
      alertname: one.alert,
      exp_alerts: [
        {
          exp_labels: { severity: one.severity, ...fires.labels },
          exp_annotations: { summary: fires.summary, runbook_url: runbookOf(one) },
        },
      ],
    },
  ],
});

const calm = (one: Alert) => ({
  name: `${one.alert} is silent`,
  interval: '1m',
  input_series: input(one.calm),
  alert_rule_test: [{ eval_time: '30m', alertname: one.alert, exp_alerts: [] }],
});
