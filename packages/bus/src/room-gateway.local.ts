import type { BulkAnswer, BulkAsk, CommandBatch, Delivery, EndSession, EntryReply } from '@plaza/proto/room';
import { AnswerQueue, pumpAnswers } from './answer-queue.js';
import type { AttachedAsker, LinkListener, RoomDoor, RoomGateway, RoomLink } from './room-gateway.js';

/**
 * Commands within one process: an address names a door. What is sent in one turn of the event loop arrives as one batch in the next, so that
 * call stacks never nest and entries batch by themselves as they do over gRPC.
 */
export class LocalRoomGateway implements RoomGateway {
  readonly #doors = new Map<string, RoomDoor>();
  readonly #links = new Set<LocalLink>();

  /** Opens `door` at `address`. Returns how to close it, which breaks its links. */
  serve(address: string, door: RoomDoor): () => void {
    this.#doors.set(address, door);
    return () => {
      if (this.#doors.get(address) !== door) return;
      this.#doors.delete(address);
      this.breakLinks(address);
    };
  }

  open(address: string, asker: string, listener: LinkListener): RoomLink {
    const link = new LocalLink(address, listener, () => this.#links.delete(link));
    this.#links.add(link);
    setImmediate(() => link.attach(asker, this.#doors.get(address)));
    return link;
  }

  /** Breaks the links to an address, or all of them, as a lost connection would. */
  breakLinks(address?: string): void {
    for (const link of [...this.#links]) if (address === undefined || link.address === address) link.break('the connection was cut');
  }
}

class LocalLink implements RoomLink {
  #attached: AttachedAsker | undefined;
  #over = false;
  #asks = 0;
  #entries: CommandBatch['entries'] = [];
  #replies: EntryReply[] = [];
  #ended: EndSession[] = [];
  #deliveries: Delivery[] = [];
  readonly #waiting = new Map<number, { queue: AnswerQueue; ask: NonNullable<BulkAsk['ask']>; ends: AbortController }>();
  readonly #sendTurn = new Turn(() => this.#deliverEntries());
  readonly #replyTurn = new Turn(() => this.#deliverReplies());

  constructor(
    readonly address: string,
    private readonly listener: LinkListener,
    private readonly forget: () => void,
  ) {}

  attach(asker: string, door: RoomDoor | undefined): void {
    if (this.#over) return;
    if (door === undefined) return this.break(`nobody listens at ${this.address}`);
    this.#attached = door.attach(asker, ({ replies, ended, deliveries }) => {
      this.#replies.push(...replies);
      this.#ended.push(...ended);
      this.#deliveries.push(...deliveries);
      this.#replyTurn.ask();
    });
    if (this.#entries.length > 0) this.#sendTurn.ask();
    for (const number of this.#waiting.keys()) this.#put(number);
  }

  send(entries: CommandBatch['entries']): void {
    if (this.#over) return;
    for (const entry of entries) this.#entries.push(entry);
    if (this.#attached !== undefined) this.#sendTurn.ask();
  }

  ask(ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal): AsyncIterable<BulkAnswer> {
    const number = ++this.#asks;
    const ends = new AbortController();
    const queue = new AnswerQueue(signal, () => {
      this.#waiting.delete(number);
      ends.abort();
    });
    if (this.#over) queue.fail('the link is broken');
    if (ends.signal.aborted) return queue;
    this.#waiting.set(number, { queue, ask, ends });
    if (this.#attached !== undefined) setImmediate(() => this.#put(number));
    return queue;
  }

  close(): void {
    if (this.#over) return;
    this.#deliverEntries();
    this.#end('the link was closed');
  }

  break(cause: string): void {
    if (this.#over) return;
    this.#end(cause);
    setImmediate(() => this.listener.broken(cause));
  }

  #put(number: number): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined || this.#attached === undefined) return;
    const { queue, ask, ends } = waiting;
    void pumpAnswers(number, this.#attached.ask(ask, ends.signal), (answer) => queue.push(answer));
  }

  #deliverEntries(): void {
    if (this.#over || this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#attached?.commands(entries);
  }

  #deliverReplies(): void {
    if (this.#over) return;
    const batch = { replies: this.#replies, ended: this.#ended, deliveries: this.#deliveries };
    this.#replies = [];
    this.#ended = [];
    this.#deliveries = [];
    this.listener.replies(batch);
  }

  #end(cause: string): void {
    this.#over = true;
    this.forget();
    for (const { queue } of [...this.#waiting.values()]) queue.fail(cause);
    this.#attached?.detach();
  }
}

/** Runs a task once in the next turn of the event loop, however often it was asked for in this one. */
class Turn {
  #asked = false;

  constructor(private readonly task: () => void) {}

  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    setImmediate(() => {
      this.#asked = false;
      this.task();
    });
  }
}
