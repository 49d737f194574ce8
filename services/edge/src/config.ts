import { common, grpcConfig, integer, natsConfig, optional, port, text, variable, type ConfigOf } from '@plaza/kit';

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
  drainPerSecond: variable(
    'PLAZA_EDGE_DRAIN_PER_SECOND',
    integer(1, 100_000),
    '500',
    'Sockets a second that are sent away when the edge drains.',
  ),
  drainMs: variable('PLAZA_EDGE_DRAIN_MS', integer(0, 600_000), '10000', 'How long, in ms, draining may take.'),
  historyAddress: variable('PLAZA_HISTORY_ADDRESS', text, '127.0.0.1:7403', 'The gRPC address of the history, host:port.'),
  probeHost: variable('PLAZA_PROBE_HOST', text, '127.0.0.1', 'The address of /healthz, /readyz and /metrics.'),
  probePort: variable('PLAZA_PROBE_PORT', port, '0', 'The port of /healthz, /readyz and /metrics; 0: any free one.'),
  ...natsConfig,
  ...grpcConfig,
};

export type EdgeConfig = ConfigOf<typeof edgeTable>;

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
  | 'drainPerSecond'
  | 'drainMs'
>;
