import { cassandraConfig, common, grpcConfig, integer, natsConfig, optional, port, text, variable, type ConfigOf } from '@plaza/kit';

export const historyTable = {
  logLevel: common.logLevel,
  shards: common.shards,
  streams: common.streams,
  id: common.id,
  retentionDays: variable('PLAZA_HISTORY_DAYS', integer(1, 3650), '10', 'Days for which messages are stored.'),
  grpcHost: variable('PLAZA_GRPC_HOST', text, '127.0.0.1', 'Where the gRPC server listens.'),
  grpcPort: variable('PLAZA_GRPC_PORT', port, '0', 'Its port; 0: any.'),
  grpcAddress: variable('PLAZA_GRPC_ADDRESS', optional(text), '', 'host:port at which others reach it; empty: where it listens.'),
  probeHost: variable('PLAZA_PROBE_HOST', text, '127.0.0.1', 'Where /healthz, /readyz and /metrics listen.'),
  probePort: variable('PLAZA_PROBE_PORT', port, '0', 'Their port; 0: any.'),
  logMaxBytes: variable(
    'PLAZA_LOG_MAX_BYTES',
    integer(1_048_576, Number.MAX_SAFE_INTEGER),
    '1073741824',
    'The size that each log stream may reach, in bytes.',
  ),
  ...natsConfig,
  ...cassandraConfig,
  ...grpcConfig,
};

export type HistoryConfig = ConfigOf<typeof historyTable>;

/** What the history itself looks at; where NATS and the rest are is the composition's. */
export type HistorySettings = Pick<HistoryConfig, 'id' | 'retentionDays' | 'grpcAddress'>;
