import { runService } from '@plaza/kit';
import { composeMetrics } from './compose.js';
import { metricsTable } from './config.js';

await runService({
  name: 'metrics',
  table: metricsTable,
  exposure: ({ grpcHost }) => ({ host: grpcHost, secrets: {} }),
  compose: composeMetrics,
  env: process.env,
});
