/** One figure of an engine, as it is now. */
export interface Sample {
  readonly figure: FigureName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An engine's server that can be asked about itself. */
export interface Engine {
  readonly engine: 'nats' | 'redis' | 'cassandra';
  /** host:port; a label. */
  readonly server: string;
  /** Rejects where it does not answer. */
  read(): Promise<readonly Sample[]>;
  close(): void;
}

/** Every figure: its help, and its labels beside `server`. What ends in `_total` only grows while its server runs. */
export const figures = {
  nats_connections: ['Connections to a nats-server.'],
  nats_slow_consumers_total: ['Connections that were cut because they read too slowly.'],
  nats_in_messages_total: ['Messages that came in.'],
  nats_out_messages_total: ['Messages that went out.'],
  nats_in_bytes_total: ['Bytes that came in.'],
  nats_out_bytes_total: ['Bytes that went out.'],
  nats_memory_bytes: ['Resident memory of a nats-server.'],
  nats_jetstream_store_bytes: ['What the streams of a server take on disk.'],
  nats_jetstream_api_errors_total: ['Asks of the JetStream API that were answered with an error.'],
  nats_stream_messages: ['Records of a stream.', 'stream'],
  nats_stream_bytes: ['Bytes of a stream.', 'stream'],
  nats_stream_last_sequence: ['The newest sequence of a stream.', 'stream'],
  nats_stream_leader: ['1: this server leads the stream (or holds it alone).', 'stream'],
  nats_stream_replicas_behind: ['Replicas of a stream that are not current or away, as its leader sees them.', 'stream'],
  redis_connections: ['Clients of Redis.'],
  redis_memory_bytes: ['Memory that Redis uses.'],
  redis_memory_limit_bytes: ['maxmemory; 0: none.'],
  redis_keys: ['Keys of all databases.'],
  redis_commands_total: ['Commands that were carried out.'],
  redis_evicted_keys_total: ['Keys that were thrown out for want of memory: Plaza cannot bear that.'],
  redis_rejected_connections_total: ['Connections refused above maxclients.'],
  redis_aof_failed: ['1: the last write of the append-only file failed.'],
  redis_primary: ['1: a primary; 0: a replica.'],
  cassandra_clients: ['Connections of clients to a host.'],
  cassandra_pool_active: ['Tasks under way, by thread pool.', 'pool'],
  cassandra_pool_pending: ['Tasks that wait, by thread pool.', 'pool'],
  cassandra_pool_blocked_total: ['Tasks that found their pool full, by thread pool.', 'pool'],
  cassandra_disk_bytes: ['What a keyspace takes on the disk of a host.', 'keyspace'],
  cassandra_write_p99_seconds: ['99 % of the coordinated writes took no longer, the slowest table of a keyspace.', 'keyspace'],
  cassandra_read_p99_seconds: ['99 % of the coordinated reads took no longer, the slowest table of a keyspace.', 'keyspace'],
} as const satisfies Record<string, readonly [help: string, ...labels: string[]]>;

export type FigureName = keyof typeof figures;
