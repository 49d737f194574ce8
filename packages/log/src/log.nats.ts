import type { Msg } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';
import { causeOf, copied, systemClock, type Clock, type Logger } from '@plaza/kit';
import { onNatsConnection } from '@plaza/kit/nats';
import { Acks, expectedHeader } from './acks.nats.js';
import { followStream } from './follow.nats.js';
import { LogUnavailable, type AppendAnswer, type Log, type StoredRecord } from './log.js';
import { prepareStreams, shardOfSubject, shardSubject, streamName } from './streams.nats.js';

export interface JetStreamLogOptions {
  /** Of the log alone: a stopped edge must not stall it (live frames have their own). Whoever made it closes it, after the log. */
  readonly connection: NatsConnection;
  readonly shards: number;
  readonly streams: number;
  readonly replicas: number;
  /** How long records are kept at least; default one day. */
  readonly maxAgeMs?: number;
  /** The bound of one stream, far above what a day brings: beyond it the oldest records go. Default 1 GiB. */
  readonly maxBytes?: number;
  /** How long `open` waits for servers that cannot answer yet; default 15 s. */
  readonly openMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const readWaitMs = 2000;
const readBytes = 4 * 1024 * 1024;
const dayMs = 24 * 3600 * 1000;

/** Streams `LOG-<k>` with subjects `log.<k>.<shard>`; read directly from any replica, by sequence. */
export class JetStreamLog implements Log {
  readonly shards: number;
  readonly streams: number;
  readonly #connection: NatsConnection;
  readonly #acks: Acks;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #onLost = new Set<() => void>();
  readonly #closed = new AbortController();
  readonly #unwatch: () => void;
  #connected = true;

  /** Rejects with LogUnsuitable (too old a server, streams of another shape) or LogUnavailable. */
  static async open(options: JetStreamLogOptions): Promise<JetStreamLog> {
    const { connection, streams, replicas, maxAgeMs = dayMs, maxBytes = 1024 ** 3, openMs = 15_000, clock = systemClock } = options;
    const log = new JetStreamLog(options);
    try {
      await prepareStreams(connection, { streams, replicas, maxAgeMs, maxBytes }, clock, openMs);
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  private constructor(options: JetStreamLogOptions) {
    this.#connection = options.connection;
    this.shards = options.shards;
    this.streams = options.streams;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger;
    this.#acks = new Acks(options.connection);
    this.#unwatch = onNatsConnection(options.connection, (connected) => this.#turned(connected));
  }

  get connected(): boolean {
    return this.#connected && !this.#closed.signal.aborted && !this.#connection.isClosed();
  }

  tryAppend(shard: number, expected: number, bytes: Uint8Array, waitMs: number): Promise<AppendAnswer> {
    if (!this.connected) return Promise.resolve({ kind: 'unclear', cause: 'disconnected' });
    return this.#acks.append(shardSubject(shard, this.streams), expected, bytes, waitMs);
  }

  async at(shard: number, sequence: number): Promise<StoredRecord | undefined> {
    const message = await this.#reading(() =>
      this.#connection.request(this.#direct(shard), JSON.stringify({ seq: sequence }), { timeout: readWaitMs }),
    );
    const code = message.headers?.code ?? 0;
    if (code === 404) return undefined;
    if (code !== 0) throw new LogUnavailable(`the read of ${sequence} was answered ${code} ${message.headers?.description ?? ''}`);
    return recordOf(message);
  }

  async read(shard: number, fromSequence: number, max: number): Promise<StoredRecord[]> {
    const ask = { seq: Math.max(1, fromSequence), next_by_subj: shardSubject(shard, this.streams), batch: max, max_bytes: readBytes };
    return this.#reading(async () => {
      const messages = await this.#connection.requestMany(this.#direct(shard), JSON.stringify(ask), {
        strategy: 'sentinel',
        maxWait: readWaitMs,
      });
      return recordsOf(messages);
    });
  }

  follow(stream: number, fromSequence: number, signal: AbortSignal): AsyncIterable<StoredRecord> {
    const parts = {
      connection: this.#connection,
      connected: () => this.connected,
      onLost: (end: () => void) => {
        this.#onLost.add(end);
        return () => this.#onLost.delete(end);
      },
      clock: this.#clock,
      logger: this.#logger,
    };
    return followStream(parts, stream, fromSequence, AbortSignal.any([signal, this.#closed.signal]));
  }

  close(): Promise<void> {
    this.#closed.abort();
    this.#unwatch();
    this.#acks.close();
    return Promise.resolve();
  }

  #turned(connected: boolean): void {
    this.#connected = connected;
    if (connected) return;
    this.#acks.lost('the connection was lost');
    for (const end of [...this.#onLost]) end();
  }

  #direct(shard: number): string {
    return `$JS.API.DIRECT.GET.${streamName(shard % this.streams)}`;
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    if (!this.connected) throw new LogUnavailable('disconnected');
    try {
      return await work();
    } catch (error) {
      if (error instanceof LogUnavailable) throw error;
      throw new LogUnavailable(causeOf(error), { cause: error });
    }
  }
}

/**
 * The answers to a batch read, up to its end mark. What arrived before a silence is good as far as its chain goes; silence alone is no answer.
 */
async function recordsOf(messages: AsyncIterable<Msg>): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const message of messages) {
    if (message.data.length === 0) {
      const code = message.headers?.code ?? 0;
      if (code === 204 || code === 404 || records.length > 0) return records;
      throw new LogUnavailable(`the read was answered ${code} ${message.headers?.description ?? ''}`);
    }
    const record = recordOf(message);
    const last = records.at(-1);
    if (last !== undefined && record.expected !== last.sequence) return records;
    records.push(record);
  }
  if (records.length === 0) throw new LogUnavailable('the read was not answered');
  return records;
}

/** Of a direct get. The payload is a view into what the socket read: copied. */
const recordOf = (message: Msg): StoredRecord => ({
  sequence: Number(message.headers?.get('Nats-Sequence')),
  shard: shardOfSubject(message.headers?.get('Nats-Subject') ?? ''),
  expected: Number(message.headers?.get(expectedHeader) ?? 0),
  bytes: copied(message.data),
});
