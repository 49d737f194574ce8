import type { Live, LiveSubscription } from '@plaza/bus';
import { shardOf, type RoomId } from '@plaza/domain';
import { within } from '@plaza/kit';
import { RoomFeed, type FeedSurroundings } from './room-feed.js';

/** A room stays subscribed so long after its last member has left: many come back. */
const idleMs = 30_000;
const subscribeMs = 5000;

interface OpenFeed {
  readonly feed: RoomFeed;
  readonly subscribed: Promise<LiveSubscription>;
  /** It is subscribed: nobody has to wait, and no timer is needed for a join. */
  heard: boolean;
}

/** The rooms that this edge hears: one subscription each, however many of its sockets are in it. */
export class Feeds {
  readonly #open = new Map<string, OpenFeed>();

  constructor(
    private readonly live: Live,
    private readonly shards: number,
    private readonly around: FeedSurroundings,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  *[Symbol.iterator](): IterableIterator<RoomFeed> {
    for (const { feed } of this.#open.values()) yield feed;
  }

  get(room: string): RoomFeed | undefined {
    return this.#open.get(room)?.feed;
  }

  /** The feed of a room, subscribed or about to be; `heard` before it is relied on. */
  open(room: RoomId): RoomFeed {
    const known = this.#open.get(room);
    if (known !== undefined) return known.feed;
    const shard = shardOf(room, this.shards);
    const feed = new RoomFeed(room, shard, this.around);
    const subscribed = this.live.subscribe(shard, room, (frame) => feed.onFrame(frame));
    const open: OpenFeed = { feed, subscribed, heard: false };
    subscribed.then(
      () => {
        open.heard = true;
      },
      // Nobody may be waiting for it when it fails.
      () => undefined,
    );
    this.#open.set(room, open);
    return feed;
  }

  /** Resolves once every frame from now on arrives; rejects when that takes too long. */
  async heard(feed: RoomFeed): Promise<void> {
    const open = this.#open.get(feed.room);
    if (open?.feed !== feed) throw new Error('the feed was closed');
    if (open.heard) return;
    try {
      await within(subscribeMs, 'the subscription of a room', open.subscribed);
    } catch (error) {
      this.#close(open);
      throw error;
    }
  }

  /** Lets go of rooms without members: after a while, or at once where nobody ever got in. */
  sweep(nowMs: number): void {
    for (const open of [...this.#open.values()]) {
      const { sessions, ring, idleSinceMs } = open.feed;
      if (sessions.size > 0) continue;
      if (!ring.known || nowMs - idleSinceMs >= idleMs) this.#close(open);
    }
  }

  close(): void {
    for (const open of [...this.#open.values()]) this.#close(open);
  }

  #close(open: OpenFeed): void {
    open.feed.closed = true;
    if (this.#open.get(open.feed.room) === open) this.#open.delete(open.feed.room);
    open.subscribed.then(
      (subscription) => subscription.unsubscribe(),
      () => undefined,
    );
  }
}
