import { dashboardOf, dashboards } from './dashboard.js';
import { exampleFile } from './prometheus.js';
import { rulesFile, rulesTestFile } from './rules.js';

/** Everything that is made here, by its path below deploy/monitoring. */
export const monitoringFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...dashboards.map((spec): [string, string] => [`grafana/${spec.uid}.json`, `${JSON.stringify(dashboardOf(spec), null, 2)}\n`]),
    ['prometheus/prometheus.yaml', exampleFile()],
    ['prometheus/alerts.yaml', rulesFile()],
    ['prometheus/alerts.test.yaml', rulesTestFile()],
  ]);
