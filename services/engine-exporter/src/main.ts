import { runService } from '@plaza/kit';
import { composeExporter } from './compose.js';
import { engineExporterTable } from './config.js';

await runService({
  name: 'engine-exporter',
  table: engineExporterTable,
  exposure: ({ probeHost }) => ({ host: probeHost, secrets: {} }),
  compose: composeExporter,
  env: process.env,
});
