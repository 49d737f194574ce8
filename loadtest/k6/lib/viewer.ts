import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { Chain } from '../../src/k6/chain.ts';
import { Heard, saidIn } from '../../src/k6/speech.ts';
import type { Batch, Reply, ServerFrame } from './frames.ts';
import * as metrics from './metrics.ts';

export interface ViewerOrder {
  /** Tried in turn, from `first` on. */
  readonly urls: readonly string[];
  readonly first: number;
  readonly room: string;
  /** Undefined: an anonymous guest. */
  readonly token?: string | undefined;
  readonly onBatch?: (batch: Batch) => void;
  readonly onRemoved?: (code: string) => void;
}

/** @types/k6 knows no subprotocols; k6 has them. */
const subprotocol = 'plaza.v1.json' as unknown as null;
/** A sample costs k6 more than the look itself: lag is told of each tenth frame of a socket, messages by the fifty. */
const framesASample = 10;
const messagesASample = 50;
const catchUpMs = 5000;
const shortestWaitMs = 500;
const longestWaitMs = 5000;

/** One socket in one room until it leaves: over all reconnects, with its chain. */
export class Viewer {
  readonly #chain = new Chain();
  readonly #heard = new Heard();
  readonly #replies = new Map<number, (reply: Reply) => void>();
  readonly #startMs = Date.now();
  #socket: WebSocket | undefined;
  #edge: number;
  #id = 0;
  #in = false;
  #wasIn = false;
  #leaving = false;
  #lostMs = 0;
  #waitMs = shortestWaitMs;
  #askedToWaitMs: number | undefined;
  #atHead: (() => void) | undefined;
  #frames = Math.floor(Math.random() * framesASample);
  #unsaid = 0;

  constructor(private readonly order: ViewerOrder) {
    this.#edge = order.first;
    this.#connect();
  }

  /** Into its room at this moment. */
  get isIn(): boolean {
    return this.#in;
  }

  /** The edge to which it is, or was last, connected. */
  get url(): string {
    return this.order.urls[this.#edge % this.order.urls.length] as string;
  }

  /** A frame with this body; its reply goes to `onReply`, unless the connection ends before. False: there is no connection. */
  ask(body: object, onReply: (reply: Reply) => void): boolean {
    if (this.#socket?.readyState !== 1) return false;
    const id = ++this.#id;
    this.#replies.set(id, onReply);
    this.#socket.send(JSON.stringify({ id, room: this.order.room, ...body }));
    return true;
  }

  /** Ends the connection as a network would: the viewer comes back. */
  drop(): void {
    this.#socket?.close();
  }

  /** Asks where the room is, waits until it has everything up to there, and goes. */
  leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#tellMessages();
    if (this.#lostMs > 0) metrics.back.add(false);
    if (!this.#wasIn) metrics.joined.add(false);
    else if (!this.#in || !this.ask({ getRoom: {} }, ({ head }) => this.#untilAt(Number(head ?? '0')))) this.#gone(false);
    if (!this.#wasIn) this.#socket?.close();
  }

  /** In the room again after it was removed from it. */
  joinAgain(onReply: (reply: Reply) => void): boolean {
    return this.ask({ join: { after: String(this.#chain.position ?? 0) } }, onReply);
  }

  #untilAt(head: number): void {
    const timer = setTimeout(() => this.#gone(false), catchUpMs);
    this.#atHead = () => {
      if ((this.#chain.position ?? 0) < head) return;
      clearTimeout(timer);
      this.#gone(true);
    };
    this.#atHead();
  }

  #gone(hasAll: boolean): void {
    this.#atHead = undefined;
    metrics.upToDate.add(hasAll);
    this.#socket?.close();
  }

  #connect(): void {
    const { token, room } = this.order;
    const query = [
      ...(token === undefined ? [] : [`token=${encodeURIComponent(token)}`]),
      ...(this.#wasIn ? [] : [`room=${encodeURIComponent(room)}`]),
    ];
    // Without a name the metrics would have a series for each URL, with the token in it.
    const socket = new WebSocket(`${this.url}?${query.join('&')}`, subprotocol, { tags: { name: 'connect' } });
    this.#socket = socket;
    this.#replies.clear();
    this.#id = 0;
    socket.onopen = () => this.#wasIn && this.joinAgain((reply) => this.#entered(reply));
    socket.onmessage = (event) => this.#take(JSON.parse(event?.data as string) as ServerFrame);
    socket.onclose = () => this.#ended();
    // The close event follows.
    socket.onerror = () => undefined;
  }

  #take({ batches, reply, incomplete, removed, goAway }: ServerFrame): void {
    if (batches !== undefined) for (const batch of batches) this.#batch(batch);
    if (reply !== undefined) this.#reply(reply);
    if (incomplete !== undefined) this.#hole(incomplete.until);
    if (removed !== undefined) this.order.onRemoved?.(removed.code);
    if (goAway !== undefined) this.#askedToWaitMs = goAway.retryAfterMs;
    this.#atHead?.();
  }

  #batch(batch: Batch): void {
    const seen = this.#chain.take(batch);
    if (seen === 'early') return;
    if (seen === 'gap') metrics.gaps.add(1);
    if (seen === 'repeat') metrics.repeats.add(1);
    if (seen === 'disorder') metrics.disorder.add(1);
    this.#hear(batch);
    this.order.onBatch?.(batch);
  }

  #hear({ events = [] }: Batch): void {
    let heard = 0;
    for (const { message } of events) {
      const said = saidIn(message?.body?.text?.text);
      if (said === undefined) continue;
      if (heard++ === 0 && this.#frames++ % framesASample === 0 && this.#lostMs === 0) metrics.lagMs.add(Date.now() - said.sentMs);
      const missing = this.#heard.missingBefore(said);
      if (missing > 0) metrics.lost.add(missing);
      if (missing < 0) metrics.twice.add(1);
    }
    this.#unsaid += heard;
    if (this.#unsaid >= messagesASample) this.#tellMessages();
  }

  #tellMessages(): void {
    if (this.#unsaid > 0) metrics.messages.add(this.#unsaid);
    this.#unsaid = 0;
  }

  #hole(until: string | undefined): void {
    this.#chain.skipTo(until);
    this.#heard.forget();
    metrics.told.add(1);
  }

  #reply(reply: Reply): void {
    const { id = 0 } = reply;
    if (id === 0) return this.#entered(reply);
    const onReply = this.#replies.get(id);
    this.#replies.delete(id);
    onReply?.(reply);
  }

  #entered(reply: Reply): void {
    if (reply.joined === undefined) return this.#notLetIn(reply);
    this.#chain.joined(reply.head);
    if (this.#wasIn && reply.joined.complete !== true) this.#hole(reply.joined.completeFrom);
    if (!this.#wasIn) this.#firstIn();
    else if (this.#lostMs > 0) this.#isBack();
    this.#in = true;
    this.#waitMs = shortestWaitMs;
  }

  #firstIn(): void {
    this.#wasIn = true;
    metrics.joined.add(true);
    metrics.joinMs.add(Date.now() - this.#startMs);
  }

  #isBack(): void {
    metrics.pauseMs.add(Date.now() - this.#lostMs);
    metrics.back.add(true);
    this.#lostMs = 0;
  }

  #notLetIn({ refused, unavailable }: Reply): void {
    metrics.refusals.add(1);
    this.#askedToWaitMs = refused?.retryAfterMs ?? unavailable?.retryAfterMs;
    this.#socket?.close();
  }

  #ended(): void {
    const wasIn = this.#in;
    this.#in = false;
    if (this.#leaving) return;
    if (wasIn) {
      metrics.dropped.add(1);
      this.#lostMs = Date.now();
    } else metrics.refusals.add(1);
    setTimeout(() => !this.#leaving && this.#again(), this.#nextWaitMs());
  }

  /** Another edge: this one may be gone. */
  #again(): void {
    this.#edge++;
    this.#connect();
  }

  /** As it was told and a bit, or a random pause that grows. */
  #nextWaitMs(): number {
    const spread = Math.random() * this.#waitMs;
    const wait = (this.#askedToWaitMs ?? 0) + spread;
    this.#askedToWaitMs = undefined;
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    return wait;
  }
}
