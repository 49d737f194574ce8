import { setTimeout as wait } from 'node:timers/promises';
import { createInbox, type Msg } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/transport-node';
import { within } from '@plaza/kit';
import { LogUnavailable } from './log.js';
import { LogUnsuitable, streamName } from './streams.nats.js';

/** A stream as a backup keeps it beside its records: what the server says of it, to be given back to a server. */
export interface StreamCopy {
  readonly config: { readonly name: string; readonly max_age: number; readonly num_replicas: number };
  /** As of the snapshot: every record up to `last_seq` is in it, and none above. */
  readonly state: { readonly messages: number; readonly bytes: number; readonly first_seq: number; readonly last_seq: number };
}

export interface RestoreSettings {
  readonly replicas: number;
  /** The records are older than their stream's age allows: it is longer by this, until whoever keeps the log sets it anew. */
  readonly olderByMs: number;
}

const requestMs = 10_000;
/** The server gives up after 5 s without an answer to what it sent. */
const silenceMs = 15_000;
/** What a server does with a chunk: it may have to wait for its disk. */
const chunkMs = 60_000;
const endMs = 300_000;
const copyChunkBytes = 128 * 1024;
/** So much is on its way: the rest waits at the server. */
const windowBytes = 1024 * 1024;
const nsPerMs = 1_000_000;

interface ApiAnswer {
  readonly error?: { readonly code: number; readonly description: string };
}

/**
 * A snapshot of a stream, in order, piece by piece into `write`; the stream goes on meanwhile. Rejects where anything is missing of it: then what was written is
 * no copy. The format is the server's: older servers may not read what newer ones wrote.
 */
export async function saveStream(
  connection: NatsConnection,
  stream: number,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<StreamCopy> {
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox);
  try {
    const ask = { deliver_subject: inbox, no_consumers: true, chunk_size: copyChunkBytes, window_size: windowBytes };
    const copy = await asked<StreamCopy>(connection, `STREAM.SNAPSHOT.${streamName(stream)}`, ask);
    const messages = subscription[Symbol.asyncIterator]();
    for (let number = 1; ; number++) {
      const next: IteratorResult<Msg, undefined> = await within(silenceMs, 'the next piece of a snapshot', messages.next());
      if (next.done === true) throw new LogUnavailable('the connection was lost within a snapshot');
      const message = next.value;
      if (message.data.length === 0) return ended(copy, message);
      checkNumber(message, number);
      await write(message.data);
      message.respond();
    }
  } finally {
    subscription.unsubscribe();
  }
}

function ended(copy: StreamCopy, { headers }: Msg): StreamCopy {
  if (headers !== undefined && headers.code >= 400) throw new LogUnavailable(`the snapshot ended: ${headers.code} ${headers.description}`);
  return copy;
}

/** The place where a piece is acknowledged ends with its number; the last one has none. */
function checkNumber({ reply = '' }: Msg, number: number): void {
  if (reply !== '' && Number(reply.slice(reply.lastIndexOf('.') + 1)) !== number)
    throw new LogUnavailable(`piece ${number} of a snapshot was lost`);
}

/** Makes a stream from its copy. Rejects with LogUnsuitable where there is one of this name already, or the server does not take it. */
export async function restoreStream(
  connection: NatsConnection,
  { config, state }: StreamCopy,
  { replicas, olderByMs }: RestoreSettings,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const maxAge = config.max_age === 0 ? 0 : config.max_age + Math.ceil(olderByMs) * nsPerMs;
  const ask = { config: { ...config, num_replicas: replicas, max_age: maxAge }, state };
  const { deliver_subject: to } = await asked<{ deliver_subject: string }>(connection, `STREAM.RESTORE.${config.name}`, ask);
  for await (const piece of pieces) {
    const answer = await connection.request(to, piece, { timeout: chunkMs });
    if (answer.data.length > 0) checkAnswer(answer.json<ApiAnswer>(), config.name);
  }
  checkAnswer((await connection.request(to, new Uint8Array(0), { timeout: endMs })).json<ApiAnswer>(), config.name);
}

/** The numbers of the log's streams that the server has. */
export async function existingStreams(connection: NatsConnection): Promise<number[]> {
  const found: number[] = [];
  for (let offset = 0; ;) {
    const page = await asked<{ total: number; streams: string[] | null }>(connection, 'STREAM.NAMES', { offset });
    const names = page.streams ?? [];
    found.push(...names.flatMap((name) => /^LOG-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []));
    offset += names.length;
    if (names.length === 0 || offset >= page.total) return found.sort((a, b) => a - b);
  }
}

/** Of a restore that broke off: the server may still be busy with the stream. */
export async function removeStream(connection: NatsConnection, stream: number): Promise<void> {
  for (let tries = 0; tries < 20 && (await existingStreams(connection)).includes(stream); tries++) {
    await asked(connection, `STREAM.DELETE.${streamName(stream)}`, {});
    await wait(100);
  }
}

/** The sequence that a shard's oldest record follows: whoever makes the shard anew from a snapshot needs one of at least this. Undefined: it has no record. */
export async function oldestExpected(connection: NatsConnection, stream: number, shard: number): Promise<number | undefined> {
  const ask = JSON.stringify({ seq: 1, next_by_subj: `log.${stream}.${shard}` });
  const { headers } = await connection.request(`$JS.API.DIRECT.GET.${streamName(stream)}`, ask, { timeout: requestMs });
  if (headers === undefined || headers.code === 404) return undefined;
  if (headers.code !== 0) throw new LogUnavailable(`shard ${shard} cannot be read: ${headers.code} ${headers.description}`);
  return Number(headers.get('Nats-Expected-Last-Subject-Sequence') || 0);
}

async function asked<T>(connection: NatsConnection, what: string, ask: object): Promise<T> {
  const answer = (await connection.request(`$JS.API.${what}`, JSON.stringify(ask), { timeout: requestMs })).json<T & ApiAnswer>();
  checkAnswer(answer, what);
  return answer;
}

function checkAnswer({ error }: ApiAnswer, what: string): void {
  if (error === undefined) return;
  const words = `${what}: ${error.description}`;
  throw error.code === 503 ? new LogUnavailable(words) : new LogUnsuitable(words);
}
