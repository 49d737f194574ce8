import { randomUUID } from 'node:crypto';
import { Metadata, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { causeOf } from '@plaza/kit';
import { grpcOptions } from '@plaza/kit/grpc';
import { RoomStateClient, type BulkAnswer, type BulkAsk, type CommandBatch, type Entry, type ReplyBatch } from '@plaza/proto/room';
import { AnswerQueue } from './answer-queue.js';
import { FlushPacer, packed } from './flush-pacer.js';
import type { LinkListener, RoomGateway, RoomLink } from './room-gateway.js';

/** Names the link that a stream belongs to: one Commands and at most one Bulk stream each. */
export const linkHeader = 'plaza-link';
export const maxBatchBytes = 1024 * 1024;
/**
 * Between flushes of one stream. Each gRPC message costs both ends some 100 us: with 5 ms instead of 2, 3,000 messages a second over 1,000 rooms cost edge and
 * holder a tenth less, and are answered as soon.
 */
export const defaultFlushMs = 5;

export interface GrpcRoomGatewayOptions {
  readonly credentials: ChannelCredentials;
  readonly flushMs?: number;
  /** How long a holder may take to answer a new link; default 3 s. */
  readonly openMs?: number;
}

/** Commands over one bidirectional stream a link, bulk over a second one that is opened with the first ask. */
export class GrpcRoomGateway implements RoomGateway {
  constructor(private readonly options: GrpcRoomGatewayOptions) {}

  open(address: string, asker: string, listener: LinkListener): RoomLink {
    return new GrpcRoomLink(address, asker, listener, this.options);
  }
}

class GrpcRoomLink implements RoomLink {
  readonly #metadata = new Metadata();
  readonly #pacer: FlushPacer;
  readonly #opening: NodeJS.Timeout;
  readonly #asks = new Map<number, AnswerQueue>();
  #client: RoomStateClient | undefined;
  #commands: ClientDuplexStream<CommandBatch, ReplyBatch> | undefined;
  #bulk: ClientDuplexStream<BulkAsk, BulkAnswer> | undefined;
  #entries: Entry[] = [];
  /** Asks wait here until the holder has answered the Commands stream: only then it knows the link. */
  #early: BulkAsk[] | undefined = [];
  #lastAsk = 0;
  #over = false;

  constructor(
    address: string,
    private readonly asker: string,
    private readonly listener: LinkListener,
    options: GrpcRoomGatewayOptions,
  ) {
    this.#metadata.set(linkHeader, randomUUID());
    this.#pacer = new FlushPacer(options.flushMs ?? defaultFlushMs, () => this.#flush());
    this.#opening = setTimeout(() => this.#break('the holder did not answer in time'), options.openMs ?? 3000);
    this.#opening.unref();
    try {
      this.#client = new RoomStateClient(address, options.credentials, grpcOptions);
      this.#commands = this.#client.commands(this.#metadata);
      this.#listen(this.#commands, (batch) => this.listener.replies(batch));
      this.#commands.on('metadata', () => this.#opened());
      this.#commands.write({ asker, entries: [] });
    } catch (error) {
      setImmediate(() => this.#break(causeOf(error)));
    }
  }

  send(entries: readonly Entry[]): void {
    if (this.#over) return;
    for (const entry of entries) this.#entries.push(entry);
    this.#pacer.ask();
  }

  ask(ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal): AsyncIterable<BulkAnswer> {
    const number = ++this.#lastAsk;
    const queue = new AnswerQueue(signal, () => this.#asks.delete(number));
    if (this.#over) queue.fail('the link is broken');
    if (this.#over || signal.aborted) return queue;
    this.#asks.set(number, queue);
    const numbered: BulkAsk = { number, asker: this.asker, ask };
    if (this.#early === undefined) this.#bulkStream().write(numbered);
    else this.#early.push(numbered);
    return queue;
  }

  close(): void {
    if (this.#over) return;
    this.#flush();
    this.#end('the link was closed');
    this.#bulk?.end();
    this.#commands?.end();
    this.#letGo(1000);
  }

  #opened(): void {
    clearTimeout(this.#opening);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const ask of early) if (this.#asks.has(ask.number)) this.#bulkStream().write(ask);
  }

  #bulkStream(): ClientDuplexStream<BulkAsk, BulkAnswer> {
    if (this.#bulk !== undefined) return this.#bulk;
    this.#bulk = this.#client!.bulk(this.#metadata);
    this.#listen(this.#bulk, (answer) => this.#asks.get(answer.number)?.push(answer));
    return this.#bulk;
  }

  #listen<A, B>(stream: ClientDuplexStream<A, B>, take: (message: B) => void): void {
    stream.on('data', (message: B) => {
      if (!this.#over) take(message);
    });
    stream.on('error', (error: Error) => this.#break(causeOf(error)));
    stream.on('end', () => this.#break('the holder ended the stream'));
  }

  #flush(): void {
    if (this.#over || this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    for (const part of packed(entries, entryBytes, maxBatchBytes)) this.#commands?.write({ asker: '', entries: part });
  }

  #break(cause: string): void {
    if (this.#over) return;
    this.#end(cause);
    this.#letGo(0);
    this.listener.broken(cause);
  }

  #end(cause: string): void {
    this.#over = true;
    clearTimeout(this.#opening);
    this.#pacer.stop();
    for (const queue of [...this.#asks.values()]) queue.fail(cause);
  }

  /**
   * What was written is sent within `ms`, then nothing is left of the connection. Never in the turn that reads from it: a stream cancelled
   * while http2 takes the other one's RST_STREAM, with data to send, makes it send that data for ever (Node 20.20).
   */
  #letGo(ms: number): void {
    const cut = (): void => {
      clearTimeout(late);
      this.#bulk?.cancel();
      this.#commands?.cancel();
      this.#client?.close();
    };
    const late = setTimeout(cut, ms);
    late.unref();
    this.#commands?.on('status', () => setImmediate(cut));
  }
}

/** An upper bound of an entry's encoded size: strings have at most three bytes a UTF-16 unit. */
function entryBytes({ room, body, commandId, facts, operator, asAccount, apiKey = '' }: Entry): number {
  const strings = room.length + commandId.length + operator.length + asAccount.length + apiKey.length;
  return 64 + body.length + 3 * (strings + (facts === undefined ? 0 : factsLength(facts)));
}

const factsLength = (facts: NonNullable<Entry['facts']>): number =>
  64 +
  facts.room.length +
  facts.account.length +
  facts.deviceId.length +
  facts.deviceKind.length +
  facts.nickname.length +
  facts.avatar.length +
  facts.ext.length;
