import {
  cassandraConfig,
  common,
  grpcConfig,
  integer,
  natsConfig,
  optional,
  port,
  redisConfig,
  text,
  variable,
  type ConfigOf,
} from '@plaza/kit';
import { Calendar } from './calendar.js';

function timeZone(value: string): string {
  try {
    return new Calendar(value).timeZone;
  } catch {
    throw new Error('expected an IANA time zone, as Europe/Berlin');
  }
}

export const metricsTable = {
  logLevel: common.logLevel,
  shards: common.shards,
  streams: common.streams,
  id: common.id,
  retentionDays: variable('PLAZA_METRICS_DAYS', integer(1, 3650), '30', 'Days for which closed hours and days are kept.'),
  timeZone: variable(
    'PLAZA_METRICS_TIME_ZONE',
    timeZone,
    'UTC',
    'The IANA time zone of hours and days, as Europe/Berlin; the same in every process.',
  ),
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
  ...redisConfig,
  ...cassandraConfig,
  ...grpcConfig,
};

export type MetricsConfig = ConfigOf<typeof metricsTable>;

/** What the service itself looks at; where NATS and the rest are is the composition's. */
export type MetricsSettings = Pick<MetricsConfig, 'id' | 'retentionDays' | 'timeZone' | 'grpcAddress'>;
