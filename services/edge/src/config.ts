import {
  atLeast,
  common,
  grpcConfig,
  integer,
  natsConfig,
  oneOf,
  optional,
  port,
  secretVariable,
  text,
  variable,
  webAddress,
  type ConfigOf,
} from '@plaza/kit';

/** Every setting of an edge, also those that only matter between processes. */
export const edgeTable = {
  ...common,
  host: variable('PLAZA_EDGE_HOST', text, '127.0.0.1', 'The address on which the edge takes WebSockets.'),
  port: variable('PLAZA_EDGE_PORT', port, '0', 'The port on which the edge takes WebSockets; 0: any free one.'),
  publicUrl: variable(
    'PLAZA_EDGE_PUBLIC_URL',
    optional(text),
    '',
    'The connect URL that clients are given; empty: ws://host:port/v1/connect.',
  ),
  maxConnections: variable(
    'PLAZA_EDGE_MAX_CONNECTIONS',
    integer(1, 200_000),
    '15000',
    'Sockets that this edge takes; more are told to come back.',
  ),
  connectsPerSecond: variable(
    'PLAZA_EDGE_CONNECTS_PER_SECOND',
    integer(1, 100_000),
    '2000',
    'New sockets a second; more are told to come back.',
  ),
  framesPerSecond: variable('PLAZA_EDGE_FRAMES_PER_SECOND', integer(1, 10_000), '20', 'Frames a second that one connection may send.'),
  frameBurst: variable('PLAZA_EDGE_FRAME_BURST', integer(1, 10_000), '40', 'Frames that one connection may send at once.'),
  maxFrameBytes: variable(
    'PLAZA_EDGE_MAX_FRAME_BYTES',
    integer(1024, 1_048_576),
    '65536',
    'The largest client frame; a larger one is refused.',
  ),
  roomsPerConnection: variable('PLAZA_EDGE_ROOMS_PER_CONNECTION', integer(1, 100), '10', 'Rooms that one connection may be in.'),
  bufferedBytes: variable(
    'PLAZA_EDGE_BUFFERED_BYTES',
    integer(1_048_576, 2_147_483_647),
    '268435456',
    'Bytes that may wait for slow readers in this process; the slowest are closed beyond it.',
  ),
  slowMs: variable(
    'PLAZA_EDGE_SLOW_MS',
    integer(1000, 600_000),
    '30000',
    'How long, in ms, a reader may have bytes waiting before it is closed as too slow.',
  ),
  fanoutPercent: variable(
    'PLAZA_EDGE_FANOUT_PERCENT',
    integer(20, 90),
    '60',
    'How much of its time, in percent, the edge writes to the sockets of one busy room (standalone: 40). With less of it more messages share a write and come later; a socket gets 15 KiB with each.',
  ),
  drainPerSecond: variable(
    'PLAZA_EDGE_DRAIN_PER_SECOND',
    integer(1, 100_000),
    '500',
    'Sockets a second that are sent away when the edge drains.',
  ),
  drainMs: variable(
    'PLAZA_EDGE_DRAIN_MS',
    integer(0, 600_000),
    '36000',
    'How long, in ms, draining may take; ends as soon as nobody is left.',
  ),
  jwksUrl: variable(
    'PLAZA_TOKEN_JWKS_URL',
    optional(webAddress),
    '',
    'Where the platform publishes the keys of its own tokens (EdDSA, RS256, ES256); empty: only HS256 tokens are taken.',
  ),
  tokenIssuer: variable('PLAZA_TOKEN_ISSUER', optional(text), '', 'What `iss` of such a token has to be; empty: anything.'),
  tokenAudience: variable('PLAZA_TOKEN_AUDIENCE', optional(text), '', 'What `aud` of such a token has to be; empty: anything.'),
  entryCallbackUrl: variable(
    'PLAZA_ENTRY_CALLBACK_URL',
    optional(webAddress),
    '',
    'Asked before each entry to a room whether the account may come in; empty: nobody is asked.',
  ),
  entryCallbackSecret: secretVariable(
    'PLAZA_ENTRY_CALLBACK_SECRET',
    optional(atLeast(32)),
    '',
    'Signs those questions (HMAC-SHA256); has to be set where there is an entry callback.',
  ),
  entryCallbackMs: variable('PLAZA_ENTRY_CALLBACK_MS', integer(10, 10_000), '300', 'How long an answer may take, in ms.'),
  entryCallbackOnFailure: variable(
    'PLAZA_ENTRY_CALLBACK_ON_FAILURE',
    oneOf('deny', 'allow'),
    'deny',
    'Whether accounts come in while the entry callback does not answer.',
  ),
  entryCallbackConcurrency: variable('PLAZA_ENTRY_CALLBACK_CONCURRENCY', integer(1, 10_000), '100', 'Questions under way at a time.'),
  historyAddress: variable(
    'PLAZA_HISTORY_ADDRESS',
    text,
    '127.0.0.1:7403',
    'The history service, host:port; of several a gRPC target: ipv4:host:port,host:port or dns:///name:port.',
  ),
  probeHost: variable('PLAZA_PROBE_HOST', text, '127.0.0.1', 'The address of /healthz, /readyz and /metrics.'),
  probePort: variable('PLAZA_PROBE_PORT', port, '0', 'The port of /healthz, /readyz and /metrics; 0: any free one.'),
  ...natsConfig,
  ...grpcConfig,
};

export type EdgeConfig = ConfigOf<typeof edgeTable>;

/** Mistakes that one variable alone cannot show. */
export const edgeMistakes = ({ entryCallbackUrl, entryCallbackSecret }: EdgeConfig): string[] =>
  entryCallbackUrl !== undefined && entryCallbackSecret === undefined
    ? ['PLAZA_ENTRY_CALLBACK_SECRET is not set, but PLAZA_ENTRY_CALLBACK_URL is: questions have to be signed']
    : [];

/** What the edge itself looks at; where NATS and the rest are is the composition's. */
export type EdgeSettings = Pick<
  EdgeConfig,
  | 'id'
  | 'shards'
  | 'tokenSecret'
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'maxConnections'
  | 'connectsPerSecond'
  | 'framesPerSecond'
  | 'frameBurst'
  | 'maxFrameBytes'
  | 'roomsPerConnection'
  | 'bufferedBytes'
  | 'slowMs'
  | 'fanoutPercent'
  | 'drainPerSecond'
  | 'drainMs'
  | 'jwksUrl'
  | 'tokenIssuer'
  | 'tokenAudience'
  | 'entryCallbackUrl'
  | 'entryCallbackSecret'
  | 'entryCallbackMs'
  | 'entryCallbackOnFailure'
  | 'entryCallbackConcurrency'
>;
