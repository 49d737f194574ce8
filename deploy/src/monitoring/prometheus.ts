import { stringify } from 'yaml';

export interface Scraped {
  /** host:port of the probes, by job: plaza-edge, plaza-api, ... */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly intervalSeconds: number;
  readonly ruleFiles: readonly string[];
}

/** A configuration of Prometheus. The names of the jobs are what dashboards and alerts show. */
export const prometheusFile = ({ targets, intervalSeconds, ruleFiles }: Scraped): string =>
  stringify({
    global: { scrape_interval: `${intervalSeconds}s`, evaluation_interval: `${intervalSeconds}s` },
    rule_files: ruleFiles,
    scrape_configs: Object.entries(targets).map(([job, hosts]) => ({ job_name: job, static_configs: [{ targets: hosts }] })),
  });

/** To start from: one of each, by the names that a cluster might give them. */
export const exampleFile = (): string =>
  `# Made by deploy/src/monitoring. An example: put your own targets in; the jobs keep their names.\n${prometheusFile({
    targets: {
      'plaza-edge': ['edge:9100'],
      'plaza-room-state': ['room-state:9100'],
      'plaza-history': ['history:9100'],
      'plaza-metrics': ['metrics:9100'],
      'plaza-api': ['api:9100'],
      'plaza-engine-exporter': ['engine-exporter:9100'],
    },
    intervalSeconds: 15,
    ruleFiles: ['alerts.yaml'],
  })}`;
