import { atLeast, integer, list, oneOf, optional, secretVariable, text, variable } from './config.js';

/** Settings that mean the same in every service; a service's table takes in those that it uses. */
export const common = {
  logLevel: variable(
    'PLAZA_LOG_LEVEL',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'The least severe log line that is written.',
  ),
  shards: variable('PLAZA_SHARDS', integer(1, 4096), '256', 'Shards of the cluster; fixed at its birth, the same in every process.'),
  streams: variable('PLAZA_STREAMS', integer(1, 64), '4', 'Log streams of the cluster; fixed at its birth, the same in every process.'),
  id: variable('PLAZA_ID', text, '', 'The name of this process in the cluster; empty: the service and a random suffix.'),
  tokenSecret: secretVariable('PLAZA_TOKEN_SECRET', atLeast(32), undefined, 'The secret of HS256 tokens; the same in api and edge.'),
};

export const natsConfig = {
  natsServers: variable('PLAZA_NATS_SERVERS', list, '127.0.0.1:4222', 'NATS servers, host:port, comma-separated.'),
  natsUser: variable('PLAZA_NATS_USER', optional(text), '', 'The NATS user.'),
  natsPassword: secretVariable('PLAZA_NATS_PASSWORD', optional(text), '', 'The password of the NATS user.'),
  natsToken: secretVariable('PLAZA_NATS_TOKEN', optional(text), '', 'A NATS token, instead of user and password.'),
  natsTlsCa: variable(
    'PLAZA_NATS_TLS_CA',
    optional(text),
    '',
    'A file with the certificate authority of the NATS servers; switches TLS on.',
  ),
  natsTlsCert: variable('PLAZA_NATS_TLS_CERT', optional(text), '', 'A file with the client certificate for NATS.'),
  natsTlsKey: variable('PLAZA_NATS_TLS_KEY', optional(text), '', 'A file with the key of the client certificate for NATS.'),
  natsReplicas: variable('PLAZA_NATS_REPLICAS', integer(1, 5), '1', 'Replicas of each log stream: 3 in a cluster of NATS servers.'),
};

export const redisConfig = {
  redisUrl: secretVariable(
    'PLAZA_REDIS_URL',
    text,
    'redis://127.0.0.1:6379',
    'Redis: redis://[user:password@]host:port[/db], or rediss:// for TLS.',
  ),
  redisTlsCa: variable('PLAZA_REDIS_TLS_CA', optional(text), '', 'A file with the certificate authority of Redis.'),
};

export const cassandraConfig = {
  cassandraHosts: variable('PLAZA_CASSANDRA_HOSTS', list, '127.0.0.1:9042', 'Cassandra contact points, host:port, comma-separated.'),
  cassandraDatacenter: variable('PLAZA_CASSANDRA_DATACENTER', text, 'datacenter1', 'The local data centre.'),
  cassandraKeyspace: variable('PLAZA_CASSANDRA_KEYSPACE', text, 'plaza', 'The keyspace; made at start where it is missing.'),
  cassandraReplicas: variable(
    'PLAZA_CASSANDRA_REPLICAS',
    integer(1, 9),
    '1',
    'The replication factor with which a missing keyspace is made.',
  ),
  cassandraUser: variable('PLAZA_CASSANDRA_USER', optional(text), '', 'The Cassandra user.'),
  cassandraPassword: secretVariable('PLAZA_CASSANDRA_PASSWORD', optional(text), '', 'The password of the Cassandra user.'),
  cassandraTlsCa: variable(
    'PLAZA_CASSANDRA_TLS_CA',
    optional(text),
    '',
    'A file with the certificate authority of Cassandra; switches TLS on.',
  ),
};

export const grpcConfig = {
  grpcTlsCa: variable(
    'PLAZA_GRPC_TLS_CA',
    optional(text),
    '',
    'A file with the certificate authority between services; switches mutual TLS on.',
  ),
  grpcTlsCert: variable('PLAZA_GRPC_TLS_CERT', optional(text), '', 'A file with the certificate of this process.'),
  grpcTlsKey: variable('PLAZA_GRPC_TLS_KEY', optional(text), '', 'A file with the key of this process.'),
};
