import { runService } from '@plaza/kit';
import { composeEdge } from './compose.js';
import { edgeMistakes, edgeTable } from './config.js';

await runService({
  name: 'edge',
  table: edgeTable,
  exposure: ({ host, tokenSecret }) => ({ host, secrets: { PLAZA_TOKEN_SECRET: tokenSecret } }),
  mistakes: edgeMistakes,
  compose: composeEdge,
  env: process.env,
});
