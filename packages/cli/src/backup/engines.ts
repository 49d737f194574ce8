import type { StreamCopy, Walk } from './copy.js';

/** The engines of a cluster, asked by the settings that its services have. Each is opened when it is needed, and closed by who opened it. */
export interface Engines {
  log(): Promise<LogCopies>;
  kept(): Promise<KeptKeys>;
  tables(): Promise<Tables>;
}

/** The log's streams as whole things. Rejects where the log cannot be asked, or does not take what it is given. */
export interface LogCopies {
  /** Of the settings, and with them of the cluster. */
  readonly shards: number;
  readonly streams: number;
  /** Of the server. */
  readonly version: string;
  /** The numbers of those that are there. */
  existing(): Promise<number[]>;
  /** Everything of a stream up to now, while it goes on. */
  save(stream: number, write: (piece: Uint8Array) => Promise<void>): Promise<StreamCopy>;
  /** The sequence after which each shard's oldest record was written; of shards that have a record. */
  begins(stream: number): Promise<ShardBegin[]>;
  restore(copy: StreamCopy, olderByMs: number, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  remove(stream: number): Promise<void>;
  /** Reads a stream that was restored, and proves its chains up to its end. */
  walk(stream: number, on: (sequence: number) => void): Promise<Walk>;
  close(): Promise<void>;
}

export interface ShardBegin {
  readonly shard: number;
  /** Everything of the shard up to this sequence is not in the log (any more); 0: everything is. */
  readonly after: number;
}

/** A value of Redis that is nowhere else: API keys, webhooks and how far they are. `field` undefined: a plain value. */
export interface KeptKey {
  readonly key: string;
  readonly field?: string;
  readonly value: string;
}

/** What Redis has that nothing else has. Projections and counters are not among it: they are made again from the log. */
export interface KeptKeys {
  readonly version: string;
  read(): Promise<KeptKey[]>;
  /** Whether nothing of Plaza is in it. */
  empty(): Promise<boolean>;
  write(keys: readonly KeptKey[]): Promise<void>;
  close(): Promise<void>;
}

/** How far Cassandra's tables are in the log. */
export interface TablePlaces {
  readonly readers: readonly { readonly reader: string; readonly stream: number; readonly through: number }[];
  /** The newest snapshot of each shard that has one, and the chunks that it lacks. */
  readonly snapshots: readonly { readonly shard: number; readonly sequence: number; readonly lacks: readonly number[] }[];
}

export interface Tables {
  /** Undefined: there is no keyspace, or no table of ours in it. */
  places(): Promise<TablePlaces | undefined>;
  /** Makes the keyspace and these tables. */
  make(statements: readonly string[]): Promise<void>;
  readonly keyspace: string;
  close(): Promise<void>;
}
