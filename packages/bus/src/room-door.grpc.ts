import { Metadata, Server, status, type ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { causeOf, toldOrAborted, type Logger } from '@plaza/kit';
import { RoomStateService, type BulkAnswer, type BulkAsk, type CommandBatch, type ReplyBatch } from '@plaza/proto/room';
import { pumpAnswers } from './answer-queue.js';
import { listenGrpc, serverOptions, type GrpcListener } from './listen.grpc.js';
import { ReplyWriter } from './reply-writer.grpc.js';
import { defaultFlushMs, linkHeader } from './room-gateway.grpc.js';
import type { AttachedAsker, RoomDoor } from './room-gateway.js';

export interface RoomDoorOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly logger?: Logger;
  readonly flushMs?: number;
  /** Bulk asks of one link that are answered at the same time; more wait. */
  readonly asksAtOnce?: number;
}

/** Opens the gRPC server of a door. `close` breaks all links, and every attached asker is detached when it resolves. */
export async function serveRoomDoor(door: RoomDoor, options: RoomDoorOptions): Promise<GrpcListener> {
  const links = new Map<string, ServedLink>();
  const server = new Server(serverOptions);
  server.addService(RoomStateService, {
    commands: (call: CommandStream) => {
      const name = linkOf(call);
      const link = new ServedLink(call, door, options, () => links.delete(name));
      links.set(name, link);
    },
    bulk: (call: BulkStream) => {
      const link = links.get(linkOf(call));
      if (link === undefined) call.emit('error', { code: status.FAILED_PRECONDITION, details: 'no Commands stream of this link' });
      else link.serveBulk(call);
    },
  });
  return listenGrpc(server, options, () => {
    for (const link of [...links.values()]) link.end();
  });
}

type CommandStream = ServerDuplexStream<CommandBatch, ReplyBatch>;
type BulkStream = ServerDuplexStream<BulkAsk, BulkAnswer>;

const linkOf = (call: { metadata: Metadata }): string => String(call.metadata.get(linkHeader)[0] ?? '');

class ServedLink {
  #attached: AttachedAsker | undefined;
  #bulk: BulkStream | undefined;
  #drained: Promise<void> | undefined;
  #underWay = 0;
  #over = false;
  readonly #writer: ReplyWriter;
  readonly #ends = new AbortController();

  constructor(
    private readonly call: CommandStream,
    private readonly door: RoomDoor,
    private readonly options: RoomDoorOptions,
    private readonly forget: () => void,
  ) {
    this.#writer = new ReplyWriter(call, options.flushMs ?? defaultFlushMs, () =>
      this.#fail(status.RESOURCE_EXHAUSTED, 'replies are not read'),
    );
    call.on('data', (batch: CommandBatch) => this.#guarded(() => this.#take(batch)));
    call.on('end', () => this.end());
    call.on('cancelled', () => this.end());
    call.on('error', () => this.end());
  }

  serveBulk(call: BulkStream): void {
    this.#bulk = call;
    call.on('data', (ask: BulkAsk) => this.#guarded(() => this.#answer(call, ask)));
    call.on('end', () => this.end());
    call.on('cancelled', () => this.end());
    call.on('error', () => this.end());
  }

  end(): void {
    if (this.#over) return;
    this.#writer.flush();
    this.#close();
    this.call.end();
    this.#bulk?.end();
  }

  #take(batch: CommandBatch): void {
    if (this.#over) return;
    if (this.#attached === undefined) {
      if (batch.asker === '') return this.#fail(status.INVALID_ARGUMENT, 'the first batch names the asker');
      this.#attached = this.door.attach(batch.asker, (replies) => this.#writer.add(replies));
      this.call.sendMetadata(new Metadata());
    }
    if (batch.entries.length > 0) this.#attached.commands(batch.entries);
  }

  #answer(call: BulkStream, { number, ask }: BulkAsk): void {
    if (this.#over || this.#attached === undefined || ask === undefined) return;
    this.#underWay++;
    if (this.#underWay >= (this.options.asksAtOnce ?? 64)) call.pause();
    void pumpAnswers(number, this.#attached.ask(ask, this.#ends.signal), (answer) => this.#write(call, answer)).then(() => {
      this.#underWay--;
      call.resume();
    });
  }

  /** Resolves when the next answer may be written. */
  #write(call: BulkStream, answer: BulkAnswer): Promise<void> | void {
    if (this.#over || call.write(answer)) return;
    return (this.#drained ??= this.#drain(call));
  }

  /** All asks that wait for the reader wait for one thing. */
  #drain(call: BulkStream): Promise<void> {
    return toldOrAborted(this.#ends.signal, (told) => {
      call.on('drain', told);
      return () => {
        call.off('drain', told);
        this.#drained = undefined;
      };
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.options.logger?.error({ event: 'link-failed', cause: causeOf(error) });
      this.#fail(status.INTERNAL, 'the holder failed');
    }
  }

  #fail(code: status, details: string): void {
    if (this.#over) return;
    this.#close();
    this.call.emit('error', { code, details });
    this.#bulk?.emit('error', { code, details });
  }

  #close(): void {
    this.#over = true;
    this.#writer.stop();
    this.#ends.abort();
    this.forget();
    this.#attached?.detach();
  }
}
