import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { CommandBatch, Delivery, EndSession, EntryReply, ReplyBatch } from '@plaza/proto/room';
import { FlushPacer, packed } from './flush-pacer.js';
import { maxBatchBytes } from './room-gateway.grpc.js';

/** What may wait for an asker that reads slowly; beyond it the link is broken, and the asker asks again. */
const maxWaitingBytes = 32 * 1024 * 1024;

/** Replies of one link on their way out: packed by the pacer, and held back while the stream takes no more. */
export class ReplyWriter {
  #replies: EntryReply[] = [];
  #ended: EndSession[] = [];
  #deliveries: Delivery[] = [];
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

  add({ replies, ended, deliveries }: ReplyBatch): void {
    for (const reply of replies) {
      this.#replies.push(reply);
      this.#bytes += replyBytes(reply);
    }
    for (const session of ended) this.#ended.push(session);
    for (const delivery of deliveries) {
      this.#deliveries.push(delivery);
      this.#bytes += deliveryBytes(delivery);
    }
    if (this.#bytes > maxWaitingBytes) this.tooSlow();
    else this.#pacer.ask();
  }

  flush(): void {
    if (this.#full || (this.#replies.length === 0 && this.#ended.length === 0 && this.#deliveries.length === 0)) return;
    const [first = [], ...rest] = packed(this.#replies, replyBytes, maxBatchBytes);
    const deliveries = packed(this.#deliveries, deliveryBytes, maxBatchBytes);
    this.#full = !this.call.write({ replies: first, ended: this.#ended, deliveries: [] });
    for (const replies of rest) this.#full = !this.call.write({ replies, ended: [], deliveries: [] });
    for (const some of deliveries) this.#full = !this.call.write({ replies: [], ended: [], deliveries: some });
    this.#replies = [];
    this.#ended = [];
    this.#deliveries = [];
    this.#bytes = 0;
  }

  stop(): void {
    this.#pacer.stop();
  }
}

const replyBytes = (reply: EntryReply): number => reply.reply.length + 24;
const deliveryBytes = ({ sessions, direct }: Delivery): number => direct.length + 5 * sessions.length + 16;
