import { runService } from '@plaza/kit';
import { composeEdge } from './compose.js';
import { edgeTable } from './config.js';

await runService({
  name: 'edge',
  table: edgeTable,
  exposure: ({ host, tokenSecret }) => ({ host, secrets: { PLAZA_TOKEN_SECRET: tokenSecret } }),
  compose: composeEdge,
  env: process.env,
});
