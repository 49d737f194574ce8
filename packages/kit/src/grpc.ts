import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials, type ChannelOptions } from '@grpc/grpc-js';
import type { grpcConfig } from './common-config.js';
import type { ConfigOf } from './config.js';

const maxMessageBytes = 4 * 1024 * 1024;

/** Dead peers are found by pings; messages have a limit; a broken connection is tried again soon (the default backs off to two minutes). */
export const grpcOptions: ChannelOptions = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  'grpc.keepalive_time_ms': 5000,
  'grpc.keepalive_timeout_ms': 3000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
};

/** Mutual TLS where the three files are named, plain otherwise. */
export const grpcServerCredentials = (config: ConfigOf<typeof grpcConfig>): ServerCredentials => {
  const files = tlsFiles(config);
  return files === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(files.ca, [{ cert_chain: files.cert, private_key: files.key }], true);
};

export const grpcChannelCredentials = (config: ConfigOf<typeof grpcConfig>): ChannelCredentials => {
  const files = tlsFiles(config);
  return files === undefined ? ChannelCredentials.createInsecure() : ChannelCredentials.createSsl(files.ca, files.key, files.cert);
};

function tlsFiles(config: ConfigOf<typeof grpcConfig>): { ca: Buffer; cert: Buffer; key: Buffer } | undefined {
  const { grpcTlsCa, grpcTlsCert, grpcTlsKey } = config;
  if (grpcTlsCa === undefined && grpcTlsCert === undefined && grpcTlsKey === undefined) return undefined;
  if (grpcTlsCa === undefined || grpcTlsCert === undefined || grpcTlsKey === undefined)
    throw new Error('TLS between services needs PLAZA_GRPC_TLS_CA, _CERT and _KEY');
  return { ca: readFileSync(grpcTlsCa), cert: readFileSync(grpcTlsCert), key: readFileSync(grpcTlsKey) };
}
