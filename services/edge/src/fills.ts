import { LinkBroken, type CommandRouter } from '@plaza/bus';
import type { Clock, Logger } from '@plaza/kit';
import { causeOf } from '@plaza/kit';
import type { FillChunk } from '@plaza/proto/room';
import type { Figures } from './figures.js';
import type { RoomFeed } from './room-feed.js';

export type BulkAsks = Pick<CommandRouter, 'ask'>;

/** How long one ask may take, and the pauses after one that failed or found nothing. */
const askMs = 5000;
const firstPauseMs = 50;
const longestPauseMs = 2000;
/** So many fills in a row that brought nothing, and the gap is given up in the open. */
const vainFills = 3;

/** Asks holders for what a room's feed lacks: what was lost on the way, and what a session missed while it was away. One fill a room at a time. */
export class Fills {
  readonly #backfills = new Map<RoomFeed, Promise<void>>();
  /** Below this position a room's past cannot be had any more: it never comes back. */
  readonly #floors = new WeakMap<RoomFeed, number>();

  constructor(
    private readonly asks: BulkAsks,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly figures: Figures,
  ) {}

  /** Fills until the chain is whole or its hole is shown to the readers. Asking again while it goes on changes nothing. */
  gap(feed: RoomFeed): void {
    if (feed.filling || feed.closed || !feed.ring.known) return;
    feed.filling = true;
    void this.#close(feed).finally(() => {
      feed.filling = false;
    });
  }

  /**
   * Makes sure that the ring has everything after `position`, from the holder if need be. True: it has. False: it cannot be had; what follows is
   * complete from the ring's base on (from `head`, where nothing is known). Takes at most about as long as one ask. Never rejects.
   */
  async cover(feed: RoomFeed, position: number, head: number): Promise<boolean> {
    if (!feed.ring.known && position >= head) feed.skipTo(head);
    for (let tries = 0; tries < vainFills && !this.#covers(feed, position); tries++) {
      if (position < (this.#floors.get(feed) ?? 0)) break;
      const running = this.#backfills.get(feed);
      if (running === undefined) await this.#startBackfill(feed, position);
      else await running;
    }
    if (!feed.ring.known) feed.skipTo(head);
    return this.#covers(feed, position);
  }

  #covers(feed: RoomFeed, position: number): boolean {
    return feed.ring.known && position >= feed.ring.base;
  }

  async #startBackfill(feed: RoomFeed, position: number): Promise<void> {
    const backfill = this.#backfill(feed, position);
    this.#backfills.set(feed, backfill);
    await backfill;
    this.#backfills.delete(feed);
  }

  async #backfill(feed: RoomFeed, position: number): Promise<void> {
    try {
      const { frames, complete, completeFrom } = await this.#ask(feed, position);
      const start = complete ? position : completeFrom;
      if (!complete) this.#floors.set(feed, start);
      if (!feed.backfill(start, frames)) this.#floors.set(feed, feed.ring.base);
    } catch (error) {
      this.logger.warn({ event: 'backfill-failed', room: feed.room, cause: causeOf(error) });
    }
  }

  async #close(feed: RoomFeed): Promise<void> {
    let vain = 0;
    let pauseMs = firstPauseMs;
    while (!feed.closed) {
      const before = feed.ring.tip;
      const whole = await this.#fillOnce(feed);
      if (whole === true) return;
      vain = whole === undefined || feed.ring.tip > before ? 0 : vain + 1;
      if (vain >= vainFills) this.#giveUp(feed);
      await this.#pause(pauseMs);
      pauseMs = vain === 0 && whole === false ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  /** True: no gap is left. False: there is one still. Undefined: the holder could not be asked. */
  async #fillOnce(feed: RoomFeed): Promise<boolean | undefined> {
    try {
      const { frames, complete, completeFrom, head } = await this.#ask(feed, feed.ring.tip);
      if (!complete && completeFrom > feed.ring.tip) this.#skip(feed, completeFrom);
      const whole = feed.filled(frames);
      if (whole && head <= feed.ring.tip && feed.head > feed.ring.tip) feed.forgetHead();
      return whole && feed.head <= feed.ring.tip;
    } catch (error) {
      this.logger.warn({ event: 'fill-failed', room: feed.room, cause: causeOf(error) });
      return undefined;
    }
  }

  /** The holder has nothing that leads to the frames that came later: the readers are told, and the room goes on. */
  #giveUp(feed: RoomFeed): void {
    const from = feed.waitingFrom;
    if (from === undefined) return feed.forgetHead();
    this.#skip(feed, from);
    this.logger.error({ event: 'gap-given-up', room: feed.room, from });
  }

  #skip(feed: RoomFeed, position: number): void {
    feed.skipTo(position);
    this.figures.incomplete();
  }

  async #ask(feed: RoomFeed, after: number): Promise<FillChunk> {
    this.figures.fill();
    const frames: Uint8Array[] = [];
    const ask = { $case: 'fill', value: { room: feed.room, after } } as const;
    let newest: FillChunk | undefined;
    for await (const { answer } of this.asks.ask(feed.shard, ask, AbortSignal.timeout(askMs))) {
      if (answer?.$case !== 'fill') continue;
      newest = answer.value;
      for (const frame of newest.frames) frames.push(frame);
    }
    if (newest === undefined) throw new LinkBroken('the holder answered a fill with something else');
    return { ...newest, frames };
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }
}
