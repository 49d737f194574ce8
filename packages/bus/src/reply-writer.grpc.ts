import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { CommandBatch, EndSession, EntryReply, ReplyBatch } from '@plaza/proto/room';
import { FlushPacer, packed } from './flush-pacer.js';
import { maxBatchBytes } from './room-gateway.grpc.js';

/** What may wait for an asker that reads slowly; beyond it the link is broken, and the asker asks again. */
const maxWaitingBytes = 32 * 1024 * 1024;

/** Replies of one link on their way out: packed by the pacer, and held back while the stream takes no more. */
export class ReplyWriter {
  #replies: EntryReply[] = [];
  #ended: EndSession[] = [];
  #bytes = 0;
  #full = false;
  readonly #pacer: FlushPacer;

  constructor(
    private readonly call: ServerDuplexStream<CommandBatch, ReplyBatch>,
    flushMs: number,
    private readonly tooSlow: () => void,
  ) {
    this.#pacer = new FlushPacer(flushMs, () => this.flush());
    call.on('drain', () => {
      this.#full = false;
      this.#pacer.ask();
    });
  }

  add({ replies, ended }: ReplyBatch): void {
    for (const reply of replies) {
      this.#replies.push(reply);
      this.#bytes += replyBytes(reply);
    }
    for (const session of ended) this.#ended.push(session);
    if (this.#bytes > maxWaitingBytes) this.tooSlow();
    else this.#pacer.ask();
  }

  flush(): void {
    if (this.#full || (this.#replies.length === 0 && this.#ended.length === 0)) return;
    const [first = [], ...rest] = packed(this.#replies, replyBytes, maxBatchBytes);
    this.#full = !this.call.write({ replies: first, ended: this.#ended });
    for (const replies of rest) this.#full = !this.call.write({ replies, ended: [] });
    this.#replies = [];
    this.#ended = [];
    this.#bytes = 0;
  }

  stop(): void {
    this.#pacer.stop();
  }
}

const replyBytes = (reply: EntryReply): number => reply.reply.length + 24;
