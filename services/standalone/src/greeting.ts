import type { Standalone } from './compose.js';

/** What a person reads when everything serves, and the one line for scripts. The API key is shown when it was just made, and to scripts. */
export function greeting(service: Standalone, folder: string): string {
  const { apiKey, secretsMade, developmentKey } = service;
  const places = service.places();
  const { page, api, openapi, connect, metrics } = places;
  const key = developmentKey ? apiKey : '';
  const keyLine = !developmentKey
    ? 'of your own (PLAZA_API_KEYS)'
    : secretsMade
      ? `${key}   (made now, kept in the data folder)`
      : 'in development-secrets.json of the data folder';
  return [
    '',
    'Plaza, all of it in one process on embedded storage: for trying out, development and small sites. When one machine is not enough, or must not',
    'be the only one: the same services as a cluster on NATS, Redis and Cassandra (npm run cluster; docs/operations/running.md).',
    '',
    `  chat page   ${page}?room=lobby   <- open it in two tabs: two people in one room`,
    `  server API  ${api}   (described at ${openapi})`,
    `  sockets     ${connect}`,
    `  metrics     ${metrics}`,
    `  data        ${folder}`,
    `  API key     ${keyLine}`,
    '',
    `PLAZA_READY ${JSON.stringify({ ...places, apiKey: key })}`,
    '',
  ].join('\n');
}
