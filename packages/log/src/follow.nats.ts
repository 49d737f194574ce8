import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { causeOf, copied, wait, type Clock, type Logger } from '@plaza/kit';
import { expectedHeader } from './acks.nats.js';
import type { StoredRecord } from './log.js';
import { shardOfSubject, streamName } from './streams.nats.js';

/** As many records wait here at most while nobody asks. */
const batchRecords = 128;
/** How long one pull stays open, and how often the server says meanwhile that it lives: two silences end the pull. */
const pullMs = 10_000;
const heartbeatMs = 1000;
const inactiveMs = 30_000;
const requestMs = 2000;

export interface FollowParts {
  readonly connection: NatsConnection;
  readonly connected: () => boolean;
  /** Called with a way to end the current pull when the connection is lost; the result takes it back. */
  readonly onLost: (end: () => void) => () => void;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}

/**
 * A stream's records by pulls from an ephemeral consumer without acks. Whatever goes wrong - silence, a lost connection, a consumer that went
 * with its server, a delivery number that was skipped - has one answer: a new consumer from the record after the last one given.
 */
export async function* followStream(
  parts: FollowParts,
  stream: number,
  fromSequence: number,
  signal: AbortSignal,
): AsyncGenerator<StoredRecord> {
  let next = Math.max(1, fromSequence);
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (parts.connected()) {
        for await (const record of consumeFrom(parts, stream, next, signal)) {
          next = record.sequence + 1;
          failures = 0;
          yield record;
        }
      }
    } catch (error) {
      parts.logger?.warn({ event: 'log-follow-again', stream, from: next, cause: causeOf(error) });
    }
    await wait(parts.clock, Math.min(50 * 2 ** failures++, 2000), signal);
  }
}

async function* consumeFrom(parts: FollowParts, stream: number, from: number, signal: AbortSignal): AsyncGenerator<StoredRecord> {
  const manager = await jetstreamManager(parts.connection, { timeout: requestMs, checkAPI: false });
  const made = await manager.consumers.add(streamName(stream), {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: inactiveMs * 1_000_000,
  });
  const consumer = jetstream(parts.connection).consumers.getConsumerFromInfo(made);
  let delivered = 0;
  try {
    while (!signal.aborted) {
      const messages = await consumer.fetch({ max_messages: batchRecords, expires: pullMs, idle_heartbeat: heartbeatMs });
      for await (const message of untilLost(parts, messages, signal)) {
        if (message.info.deliverySequence !== ++delivered)
          throw new Error(`delivery ${message.info.deliverySequence} came instead of ${delivered}`);
        yield recordOf(message);
      }
      if (!parts.connected()) return;
    }
  } finally {
    if (parts.connected()) manager.consumers.delete(streamName(stream), made.name).catch(() => undefined);
  }
}

/** A pull, ended early by an abort or a lost connection. */
async function* untilLost(parts: FollowParts, messages: ConsumerMessages, signal: AbortSignal): AsyncGenerator<JsMsg> {
  const end = (): void => {
    void messages.close();
  };
  const forget = parts.onLost(end);
  signal.addEventListener('abort', end);
  try {
    if (!signal.aborted) yield* messages;
  } finally {
    forget();
    signal.removeEventListener('abort', end);
    end();
  }
}

/** The payload is a view into what the socket read: copied. */
const recordOf = (message: JsMsg): StoredRecord => ({
  sequence: message.seq,
  shard: shardOfSubject(message.subject),
  expected: Number(message.headers?.get(expectedHeader) ?? 0),
  bytes: copied(message.data),
});
