import { graph, sumRate, type DashboardSpec } from '../panel.js';

const server = '{{server}}';

export const engines: DashboardSpec = {
  uid: 'plaza-engines',
  title: 'Plaza: NATS, Redis, Cassandra',
  rows: [
    {
      title: 'All',
      panels: [graph('Answers', '1: the server answers.', 'short', ['max by (engine, server) (plaza_engine_up)', '{{engine}} {{server}}'])],
    },
    {
      title: 'NATS',
      panels: [
        graph(
          'Messages',
          'Live frames are most of what goes out.',
          'ops',
          [sumRate('plaza_nats_in_messages_total', 'server'), `in ${server}`],
          [sumRate('plaza_nats_out_messages_total', 'server'), `out ${server}`],
        ),
        graph(
          'Bytes',
          'A second.',
          'bytes',
          [sumRate('plaza_nats_in_bytes_total', 'server'), `in ${server}`],
          [sumRate('plaza_nats_out_bytes_total', 'server'), `out ${server}`],
        ),
        graph('Connections', 'Two of each room-state, one of the others.', 'short', ['max by (server) (plaza_nats_connections)', server]),
        graph('Slow consumers', 'Connections that were cut: their processes find gaps.', 'short', [
          'max by (server) (plaza_nats_slow_consumers_total)',
          server,
        ]),
        graph('Memory', 'Resident.', 'bytes', ['max by (server) (plaza_nats_memory_bytes)', server]),
        graph('Streams on disk', 'By server.', 'bytes', ['max by (server) (plaza_nats_jetstream_store_bytes)', server]),
        graph('JetStream errors', 'Asks that were answered with an error; some are the fence at work.', 'ops', [
          sumRate('plaza_nats_jetstream_api_errors_total', 'server'),
          server,
        ]),
        graph('Bytes of a stream', 'By stream.', 'bytes', ['max by (stream) (plaza_nats_stream_bytes)', '{{stream}}']),
        graph('Records of a stream', 'By stream.', 'short', ['max by (stream) (plaza_nats_stream_messages)', '{{stream}}']),
        graph('Growth of a stream', 'Records a second.', 'ops', [
          'max by (stream) (deriv(plaza_nats_stream_last_sequence[$__rate_interval]))',
          '{{stream}}',
        ]),
        graph('Leaders of a stream', '1, or nobody can append.', 'short', ['sum by (stream) (plaza_nats_stream_leader)', '{{stream}}']),
        graph('Replicas behind', '0, or one more failure stops the stream.', 'short', [
          'max by (stream) (plaza_nats_stream_replicas_behind)',
          '{{stream}}',
        ]),
      ],
    },
    {
      title: 'Redis',
      panels: [
        graph('Commands', 'A second.', 'ops', [sumRate('plaza_redis_commands_total', 'server'), server]),
        graph(
          'Memory',
          'Used, and the limit (0: none).',
          'bytes',
          ['max by (server) (plaza_redis_memory_bytes)', `used ${server}`],
          ['max by (server) (plaza_redis_memory_limit_bytes)', `limit ${server}`],
        ),
        graph('Keys', 'Of all databases.', 'short', ['max by (server) (plaza_redis_keys)', server]),
        graph('Clients', 'Connections.', 'short', ['max by (server) (plaza_redis_connections)', server]),
        graph(
          'Trouble',
          'All of these should be 0.',
          'short',
          ['max by (server) (plaza_redis_evicted_keys_total)', `evicted ${server}`],
          ['max by (server) (plaza_redis_rejected_connections_total)', `rejected ${server}`],
          ['max by (server) (plaza_redis_aof_failed)', `append-only file ${server}`],
          ['1 - max by (server) (plaza_redis_primary)', `not a primary ${server}`],
        ),
      ],
    },
    {
      title: 'Cassandra',
      panels: [
        graph('Writes, p99', 'As coordinated; the slowest table of a keyspace.', 's', [
          'max by (server, keyspace) (plaza_cassandra_write_p99_seconds{keyspace!~"system.*"})',
          '{{keyspace}} {{server}}',
        ]),
        graph('Reads, p99', 'Likewise.', 's', [
          'max by (server, keyspace) (plaza_cassandra_read_p99_seconds{keyspace!~"system.*"})',
          '{{keyspace}} {{server}}',
        ]),
        graph('Tasks that wait', 'By pool, where any do or might.', 'short', [
          'max by (server, pool) (plaza_cassandra_pool_pending{pool=~"MutationStage|ReadStage|Native-Transport-Requests|CompactionExecutor"})',
          '{{pool}} {{server}}',
        ]),
        graph('Tasks under way', 'By pool.', 'short', [
          'max by (server, pool) (plaza_cassandra_pool_active{pool=~"MutationStage|ReadStage|Native-Transport-Requests|CompactionExecutor"})',
          '{{pool}} {{server}}',
        ]),
        graph('Tasks that found their pool full', 'A second.', 'ops', [sumRate('plaza_cassandra_pool_blocked_total', 'server'), server]),
        graph('Disk', 'By keyspace.', 'bytes', [
          'max by (server, keyspace) (plaza_cassandra_disk_bytes{keyspace!~"system.*"})',
          '{{keyspace}} {{server}}',
        ]),
        graph('Clients', 'Connections.', 'short', ['max by (server) (plaza_cassandra_clients)', server]),
      ],
    },
  ],
};
