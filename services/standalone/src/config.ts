import { common, isLoopback, oneOf, optional, port, secretVariable, text, variable, type ConfigOf } from '@plaza/kit';

/** The settings of the one process; those of the services inside keep their own names and defaults. */
export const standaloneTable = {
  logLevel: { ...common.logLevel, fallback: 'warn' },
  shards: common.shards,
  streams: common.streams,
  folder: variable('PLAZA_DATA', text, './data', 'The folder that keeps everything.'),
  fsync: variable(
    'PLAZA_FSYNC',
    oneOf('commit', 'always'),
    'commit',
    'When a message counts as accepted: `commit` survives kill -9, `always` waits for the disk and survives a power cut.',
  ),
  host: variable(
    'PLAZA_HOST',
    text,
    '127.0.0.1',
    'Where the chat page, the server API and the sockets listen. Other than loopback needs secrets of its own.',
  ),
  apiPort: variable('PLAZA_API_PORT', port, '7400', 'The port of the chat page and the server API; 0: any.'),
  edgePort: variable('PLAZA_EDGE_PORT', port, '7401', 'The port of the sockets; 0: any.'),
  probePort: variable('PLAZA_PROBE_PORT', port, '7402', 'The port of /healthz, /readyz and /metrics; 0: any.'),
  tokenSecret: secretVariable(
    'PLAZA_TOKEN_SECRET',
    optional(text),
    '',
    'The secret of HS256 tokens; empty: one for development, made at first start and kept in the data folder.',
  ),
  apiKeys: secretVariable(
    'PLAZA_API_KEYS',
    optional(text),
    '',
    'SHA-256 of the API keys, hex, comma-separated; empty: one for development, likewise.',
  ),
};

export type StandaloneConfig = ConfigOf<typeof standaloneTable>;

/** Mistakes that one variable alone cannot show. */
export const standaloneMistakes = (config: StandaloneConfig): string[] =>
  !isLoopback(config.host) && (config.tokenSecret === undefined || config.apiKeys === undefined)
    ? [`PLAZA_HOST=${config.host}: listening on more than loopback needs PLAZA_TOKEN_SECRET and PLAZA_API_KEYS of your own`]
    : [];
