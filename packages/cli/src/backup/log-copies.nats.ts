import type { NatsConnection } from '@nats-io/transport-node';
import { within, type ConfigOf, type natsConfig } from '@plaza/kit';
import { connectNats } from '@plaza/kit/nats';
import { walkStream } from '@plaza/log';
import { existingStreams, JetStreamKeeping, JetStreamLog, oldestExpected, removeStream, restoreStream, saveStream } from '@plaza/log/nats';
import type { StreamCopy, Walk } from './copy.js';
import type { LogCopies, ShardBegin } from './engines.js';

type Config = ConfigOf<typeof natsConfig> & { readonly shards: number; readonly streams: number };

const connectMs = 5000;
/** A server that is given a stream may be busy with it for longer than services would wait. */
const pingMs = 30_000;
const walkSilenceMs = 60_000;

/** Copies of JetStream streams. A connection that is lost is not made again: what was under way is no copy. */
export class JetStreamCopies implements LogCopies {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly config: Config,
  ) {}

  static async open(config: Config): Promise<JetStreamCopies> {
    const once = { reconnect: false, waitOnFirstConnect: false, timeout: connectMs, pingInterval: pingMs };
    return new JetStreamCopies(await within(2 * connectMs, 'connecting to NATS', connectNats(config, 'plaza backup', once)), config);
  }

  get shards(): number {
    return this.config.shards;
  }

  get streams(): number {
    return this.config.streams;
  }

  get version(): string {
    return this.connection.info?.version ?? '';
  }

  existing(): Promise<number[]> {
    return existingStreams(this.connection);
  }

  save(stream: number, write: (piece: Uint8Array) => Promise<void>): Promise<StreamCopy> {
    return saveStream(this.connection, stream, write);
  }

  async begins(stream: number): Promise<ShardBegin[]> {
    const found: ShardBegin[] = [];
    for (let shard = stream; shard < this.shards; shard += this.streams) {
      const after = await oldestExpected(this.connection, stream, shard);
      if (after !== undefined) found.push({ shard, after });
    }
    return found;
  }

  restore(copy: StreamCopy, olderByMs: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    return restoreStream(this.connection, copy, { replicas: this.config.natsReplicas, olderByMs }, pieces);
  }

  remove(stream: number): Promise<void> {
    return removeStream(this.connection, stream);
  }

  async walk(stream: number, on: (sequence: number) => void): Promise<Walk> {
    const { connection, config, shards, streams } = this;
    const { last } = await new JetStreamKeeping(connection, { shards, streams }).moment(stream);
    if (last === 0) return { records: 0, last };
    const log = await JetStreamLog.open({ connection, shards, streams, replicas: config.natsReplicas });
    try {
      return await walkStream({ log, stream, through: last, on, silenceMs: walkSilenceMs });
    } finally {
      await log.close();
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
