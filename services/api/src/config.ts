import {
  atLeast,
  cassandraConfig,
  common,
  developmentMark,
  flag,
  grpcConfig,
  integer,
  isLoopback,
  list,
  natsConfig,
  optional,
  port,
  redisConfig,
  secretVariable,
  text,
  variable,
  type ConfigOf,
} from '@plaza/kit';

const keyHash = new RegExp(`^(${developmentMark})?[0-9a-f]{64}$`);

const keyHashes = (value: string): string[] => {
  const hashes = list(value);
  if (hashes.length === 0) throw new Error('expected at least one hash');
  if (!hashes.every((hash) => keyHash.test(hash))) throw new Error('expected SHA-256 hashes, 64 hex digits each, comma-separated');
  return hashes;
};

export const apiTable = {
  ...common,
  ...natsConfig,
  ...grpcConfig,
  ...redisConfig,
  ...cassandraConfig,
  probeHost: variable('PLAZA_PROBE_HOST', text, '127.0.0.1', 'Where /healthz, /readyz and /metrics listen.'),
  probePort: variable('PLAZA_PROBE_PORT', port, '0', 'The port of /healthz, /readyz and /metrics; 0: any.'),
  apiHost: variable('PLAZA_API_HOST', text, '127.0.0.1', 'Where the server API listens.'),
  apiPort: variable('PLAZA_API_PORT', port, '8080', 'The port of the server API; 0: any.'),
  apiKeys: secretVariable('PLAZA_API_KEYS', keyHashes, undefined, 'The API keys: their SHA-256 in hex, comma-separated.'),
  apiKeyRate: variable('PLAZA_API_KEY_RATE', integer(1, 1_000_000), '500', 'Requests a second of one API key; twice as many at once.'),
  apiOpenRate: variable(
    'PLAZA_API_OPEN_RATE',
    integer(1, 1_000_000),
    '50',
    'Requests a second of one address where no API key is asked for, or none was right; twice as many at once.',
  ),
  apiConnections: variable('PLAZA_API_CONNECTIONS', integer(1, 1_000_000), '2000', 'Connections at a time.'),
  apiTrustedProxies: variable(
    'PLAZA_API_TRUSTED_PROXIES',
    list,
    '',
    'Addresses or networks of the proxies whose X-Forwarded-For is believed, comma-separated.',
  ),
  commandMs: variable('PLAZA_API_COMMAND_MS', integer(100, 60_000), '10000', 'After so many ms without an answer of a room: unavailable.'),
  historyAddress: variable(
    'PLAZA_HISTORY_ADDRESS',
    text,
    '127.0.0.1:7300',
    'The history service, host:port; of several a gRPC target: ipv4:host:port,host:port or dns:///name:port.',
  ),
  metricsAddress: variable('PLAZA_METRICS_ADDRESS', text, '127.0.0.1:7400', 'The metrics service, likewise.'),
  webhookKey: secretVariable(
    'PLAZA_WEBHOOK_KEY',
    optional(atLeast(32)),
    '',
    'Seals the secrets of webhooks at rest; empty: a key derived from PLAZA_TOKEN_SECRET. The same in every api.',
  ),
  webhookPrivate: variable(
    'PLAZA_WEBHOOK_PRIVATE',
    flag,
    'false',
    'Webhooks may be at private addresses and, on this machine, without TLS: for networks of your own and for development.',
  ),
  webhookConcurrency: variable(
    'PLAZA_WEBHOOK_CONCURRENCY',
    integer(1, 1000),
    '8',
    'Deliveries under way at a time to one endpoint, from one api.',
  ),
  webhookMs: variable('PLAZA_WEBHOOK_MS', integer(100, 60_000), '10000', 'How long an endpoint may take to answer a delivery, in ms.'),
  webhookRetryHours: variable(
    'PLAZA_WEBHOOK_RETRY_HOURS',
    integer(1, 168),
    '24',
    'After so many hours an event that an endpoint does not take becomes a dead letter.',
  ),
  logMaxBytes: variable(
    'PLAZA_LOG_MAX_BYTES',
    integer(1_048_576, Number.MAX_SAFE_INTEGER),
    '1073741824',
    'The size that each log stream may reach, in bytes.',
  ),
  auditDays: variable('PLAZA_AUDIT_DAYS', integer(1, 36_500), '400', 'Days for which management acts are kept in the audit log.'),
  demo: variable('PLAZA_DEMO', flag, 'false', 'Anybody may have a token and a room for the chat page; on loopback only.'),
  consoleDir: variable('PLAZA_CONSOLE_DIR', optional(text), '', 'The built chat page; empty: the one beside this service.'),
};

export type ApiConfig = ConfigOf<typeof apiTable>;

/** What is wrong between settings that are each right, in words. */
export const apiMistakes = (config: Pick<ApiConfig, 'demo' | 'apiHost'>): string[] =>
  config.demo && !isLoopback(config.apiHost)
    ? [`PLAZA_DEMO=true gives tokens to anybody, and PLAZA_API_HOST=${config.apiHost} can be reached from other machines`]
    : [];

/** Where it listens and with which secrets. A key's hash keeps the mark of a development key. */
export const apiExposure = (config: ApiConfig): { host: string; secrets: Record<string, string> } => ({
  host: config.apiHost,
  secrets: {
    PLAZA_TOKEN_SECRET: config.tokenSecret,
    PLAZA_API_KEYS: config.apiKeys.find((hash) => hash.startsWith(developmentMark)) ?? '',
  },
});
