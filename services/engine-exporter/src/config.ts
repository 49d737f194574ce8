import { cassandraConfig, common, list, port, redisConfig, text, variable, type ConfigOf } from '@plaza/kit';

/** Monitors speak http on a private network. */
function webUrls(value: string): string[] {
  const urls = list(value);
  for (const url of urls) if (!URL.canParse(url) || !/^https?:/.test(url)) throw new Error('expected http addresses, comma-separated');
  return urls;
}

export const engineExporterTable = {
  logLevel: common.logLevel,
  natsMonitors: variable(
    'PLAZA_NATS_MONITORS',
    webUrls,
    'http://127.0.0.1:8222',
    'The monitors of the NATS servers (http_port, https_port), comma-separated.',
  ),
  probeHost: variable('PLAZA_PROBE_HOST', text, '127.0.0.1', 'Where /healthz, /readyz and /metrics listen.'),
  probePort: variable('PLAZA_PROBE_PORT', port, '0', 'Their port; 0: any.'),
  ...redisConfig,
  ...cassandraConfig,
};

export type ExporterConfig = ConfigOf<typeof engineExporterTable>;
