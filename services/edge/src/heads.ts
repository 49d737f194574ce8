import { type ShardTable } from '@plaza/bus';
import { causeOf, type Clock, type Logger } from '@plaza/kit';
import type { Feeds } from './feeds.js';
import type { BulkAsks, Fills } from './fills.js';
import type { RoomFeed } from './room-feed.js';

/** Rooms in one ask; time for it; and when those that nobody answered for are asked about again. */
const roomsPerAsk = 500;
const askMs = 5000;
const againMs = 1000;
/** A named position that stays above the tip for so long means a lost batch, not one that is still on its way. */
const lostAfterMs = 1000;

/** Finds lost last batches: after anything that may have cost frames, the heads of all rooms are compared with their holders' in packed asks. */
export class Heads {
  readonly #behind = new Set<RoomFeed>();
  /** Counts up with each suspicion: a comparison that began before the newest one clears nothing. */
  #suspicion = 0;
  #hearing = true;
  #comparing = false;

  constructor(
    private readonly feeds: Feeds,
    private readonly table: ShardTable,
    private readonly asks: BulkAsks,
    private readonly fills: Fills,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Frames cannot be heard: clients are shown so. */
  deaf(): void {
    this.#suspicion++;
    this.#hearing = false;
    for (const feed of this.feeds) feed.setStale(true);
  }

  /** Frames may have been missed: every room is compared, and shown as stale until it was. */
  suspectAll(): void {
    this.deaf();
    this.#hearing = true;
    if (!this.#comparing) void this.#compareAll();
  }

  watch(feed: RoomFeed): void {
    this.#behind.add(feed);
  }

  /** Called often: fills the rooms that have been behind a named head for too long. */
  sweep(nowMs: number): void {
    for (const feed of this.#behind) {
      if (feed.closed || feed.behindSinceMs === 0) this.#behind.delete(feed);
      else if (nowMs - feed.behindSinceMs >= lostAfterMs) {
        this.#behind.delete(feed);
        this.fills.gap(feed);
      }
    }
  }

  async #compareAll(): Promise<void> {
    this.#comparing = true;
    for (let open = this.#stale(); open.length > 0 && this.#hearing; open = this.#stale()) {
      await Promise.all(this.#asksFor(open).map((feeds) => this.#compare(feeds, this.#suspicion)));
      if (this.#stale().length > 0) await new Promise<void>((resolve) => this.clock.after(againMs, resolve));
    }
    this.#comparing = false;
  }

  #stale(): RoomFeed[] {
    return [...this.feeds].filter((feed) => feed.signal.stale);
  }

  /** By holder, in packs; a shard without a known holder is asked for by itself, when it has one. */
  #asksFor(feeds: readonly RoomFeed[]): RoomFeed[][] {
    const byHolder = new Map<string, RoomFeed[]>();
    for (const feed of feeds) {
      const holder = this.table.holderOf(feed.shard)?.id ?? `shard ${feed.shard}`;
      const group = byHolder.get(holder);
      if (group === undefined) byHolder.set(holder, [feed]);
      else group.push(feed);
    }
    return [...byHolder.values()].flatMap((group) => packs(group, roomsPerAsk));
  }

  async #compare(feeds: readonly RoomFeed[], suspicion: number): Promise<void> {
    try {
      const heads = await this.#ask(feeds);
      for (const feed of feeds) {
        const head = heads.get(feed.room);
        if (head === undefined || suspicion !== this.#suspicion) continue;
        feed.noteHead(head);
        if (feed.ring.known && head > feed.ring.tip) this.fills.gap(feed);
        feed.setStale(false);
      }
    } catch (error) {
      this.logger.warn({ event: 'heads-failed', rooms: feeds.length, cause: causeOf(error) });
    }
  }

  async #ask(feeds: readonly RoomFeed[]): Promise<Map<string, number>> {
    const heads = new Map<string, number>();
    const ask = { $case: 'heads', value: { rooms: feeds.map((feed) => feed.room) } } as const;
    for await (const { answer } of this.asks.ask(feeds[0]!.shard, ask, AbortSignal.timeout(askMs))) {
      if (answer?.$case !== 'heads') continue;
      for (const { room, head } of answer.value.heads) heads.set(room, head);
    }
    return heads;
  }
}

function packs<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < all.length; i += size) parts.push(all.slice(i, i + size));
  return parts;
}
