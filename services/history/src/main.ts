import { runService } from '@plaza/kit';
import { composeHistory } from './compose.js';
import { historyTable } from './config.js';

await runService({
  name: 'history',
  table: historyTable,
  exposure: ({ grpcHost }) => ({ host: grpcHost, secrets: {} }),
  compose: composeHistory,
  env: process.env,
});
