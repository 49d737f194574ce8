import { shardOf, streamOf, type RoomId } from '@plaza/domain';
import { causeOf, type Clock, type Logger, type Timer } from '@plaza/kit';
import { StreamReaders, type Log, type ReaderNews, type StoredRecord } from '@plaza/log';
import { CatchUp } from './catch-up.js';
import { newFeed, type Deliveries, type Replay } from './deliveries.js';
import type { Endpoint } from './endpoint.js';
import { Feed } from './feed.js';
import { KnownEndpoints } from './known-endpoints.js';
import { sequenceSince } from './locate.js';
import { Outlet, type OutletParts } from './outlet.js';
import { Places } from './places.js';
import { eventsOf } from './room-events.js';

export interface WebhooksParts extends Omit<OutletParts, 'gone'> {
  readonly log: Log;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How far before the place of a stream an endpoint may be for the stream to be read again from there, for all. */
const nearRecords = 5000;
/** Before the making of an endpoint, for clocks that are apart. */
const startMarginMs = 60_000;
const tickMs = 250;
const lookMs = 1000;

/**
 * Reads the streams that are this process's to read, and gives each endpoint what it wants. One reader a stream for all endpoints, which waits for
 * none of them: an endpoint that has as much as it may hold reads on by itself, from where it stopped, until it is level again.
 */
export class Webhooks {
  readonly #readers: StreamReaders;
  readonly #outlets = new Map<string, Outlet>();
  readonly #catchUps = new Map<Feed, CatchUp>();
  /** Streams that have begun: up to where they were read for all. */
  readonly #through = new Map<number, number>();
  /** The newest record of each shard that was seen. */
  readonly #lastOf = new Map<number, number>();
  readonly #known: KnownEndpoints;
  readonly #places: Places;
  #streams: readonly number[] = [];
  #timers: Timer[] = [];
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(private readonly parts: WebhooksParts) {
    this.#readers = new StreamReaders(parts, {
      from: (stream) => this.#from(stream),
      handle: async (stream, records) => this.#handle(stream, records),
      on: (stream, news) => this.#on(stream, news),
    });
    this.#places = new Places(parts, ({ feeds }, stream) => this.#catchUps.has(feeds.get(stream)!));
    this.#known = new KnownEndpoints(parts, () => this.#places.forget());
  }

  start(): void {
    const { clock } = this.parts;
    const look = (): void => void (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
    this.#timers = [clock.every(tickMs, () => this.#tick()), clock.every(lookMs, look)];
  }

  /** From now on these streams, and no others; for StreamShare. */
  assign(streams: readonly number[]): void {
    if (this.#stopped) return;
    for (const stream of this.#streams) if (!streams.includes(stream)) this.#leave(stream);
    this.#streams = streams;
    this.#readers.assign(streams);
  }

  /** For beats: the log has to keep what comes after. */
  read(): Iterable<readonly [stream: number, state: { readonly through: number | undefined }]> {
    return [...this.#through].map(([stream, through]) => {
      const feeds = this.#feedsOf(stream).map(({ feed }) => Feed.needed(feed.state(true)));
      return [stream, { through: Math.min(through, ...feeds) }] as const;
    });
  }

  /** Undefined: all is well. */
  broken(): string | undefined {
    return [...this.#readers.states().values()].find(({ broken }) => broken !== undefined)?.broken;
  }

  /** Takes nothing new, lets what is under way end, and keeps how far it came. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    for (const catchUp of this.#catchUps.values()) catchUp.end();
    await this.#readers.stop();
    await this.#looking;
    await Promise.all([...this.#outlets.values()].map((outlet) => outlet.stop()));
    await this.#places.keep([...this.#outlets.values()], this.#through);
  }

  // ---- reading

  /** At first everything from the place on, and before that what most endpoints lack; those far behind read by themselves. */
  async #from(stream: number): Promise<number> {
    const known = this.#through.get(stream);
    if (known !== undefined) return known + 1;
    const place = await this.parts.deliveries.place(stream);
    await this.#refresh();
    const feeds: { outlet: Outlet; feed: Feed }[] = [];
    for (const outlet of this.#outlets.values()) feeds.push({ outlet, feed: await this.#feedOf(outlet, stream, place) });
    const near = feeds.map(({ feed }) => feed.accepted).filter((accepted) => accepted >= place - nearRecords);
    const from = Math.min(place, ...near) + 1;
    if (!this.#streams.includes(stream)) return from;
    this.#through.set(stream, from - 1);
    for (const { outlet, feed } of feeds) this.#enter(outlet, feed);
    return from;
  }

  #handle(stream: number, records: readonly StoredRecord[]): 'done' {
    for (const stored of records) {
      const record = eventsOf(stored);
      for (const { outlet, feed } of this.#feedsOf(stream)) {
        if (record.sequence <= feed.accepted || this.#catchUps.has(feed)) continue;
        if (feed.hasRoom) outlet.wake(feed, feed.take(record, outlet.endpoint));
        else this.#fallBehind(outlet, feed);
      }
      this.#through.set(stream, record.sequence);
      this.#lastOf.set(record.shard, record.sequence);
    }
    return 'done';
  }

  #on(stream: number, news: ReaderNews): void {
    if (news.kind !== 'hole') return;
    for (const { outlet, feed } of this.#feedsOf(stream)) {
      if (this.#catchUps.has(feed)) continue;
      feed.hole();
      this.parts.meter.hole(outlet.endpoint.id);
    }
  }

  #fallBehind(outlet: Outlet, feed: Feed): void {
    const { log, clock, logger, meter } = this.parts;
    const catchUp: CatchUp = new CatchUp({ log, clock, logger }, feed, {
      take: (record) => outlet.wake(feed, feed.take(record, outlet.endpoint)),
      isLevel: () => feed.accepted >= (this.#through.get(feed.stream) ?? Number.MAX_SAFE_INTEGER),
      level: () => this.#catchUps.get(feed) === catchUp && this.#catchUps.delete(feed),
      hole: () => meter.hole(outlet.endpoint.id),
    });
    this.#catchUps.set(feed, catchUp);
    catchUp.start();
  }

  // ---- endpoints

  #enter(outlet: Outlet, feed: Feed): void {
    outlet.enter(feed);
    if (feed.accepted < (this.#through.get(feed.stream) ?? 0)) this.#fallBehind(outlet, feed);
    outlet.tick();
  }

  async #feedOf(outlet: Outlet, stream: number, through: number): Promise<Feed> {
    const { deliveries, log } = this.parts;
    const { id, sinceMs } = outlet.endpoint;
    const kept = await deliveries.feed(id, stream);
    const shard = (room: string): number => shardOf(room as RoomId, log.shards);
    if (kept?.sinceMs === sinceMs) return new Feed(stream, kept, shard);
    const first = await sequenceSince(log, stream, sinceMs - startMarginMs, through);
    return new Feed(stream, newFeed(first - 1, sinceMs), shard);
  }

  /** The endpoints as they are now: the gone are let go, the new begin. */
  async #refresh(): Promise<Outlet[]> {
    const wanted = new Map((await this.#known.all()).filter(({ enabled }) => enabled).map((one) => [one.id, one]));
    for (const [id, outlet] of this.#outlets) {
      const now = wanted.get(id);
      if (now?.sinceMs !== outlet.endpoint.sinceMs) this.#drop(outlet);
      else outlet.endpoint = now;
    }
    const fresh = [...wanted.values()].filter(({ id }) => !this.#outlets.has(id)).map((endpoint) => this.#outletOf(endpoint));
    for (const outlet of fresh) this.#outlets.set(outlet.endpoint.id, outlet);
    return fresh;
  }

  #outletOf(endpoint: Endpoint): Outlet {
    return new Outlet(endpoint, { ...this.parts, gone: (gone) => void this.#switchOff(gone) });
  }

  #drop(outlet: Outlet): void {
    for (const feed of outlet.feeds.values()) this.#catchUps.get(feed)?.end();
    for (const feed of outlet.feeds.values()) this.#catchUps.delete(feed);
    void outlet.stop();
    this.#outlets.delete(outlet.endpoint.id);
    this.parts.meter.forget(outlet.endpoint.id);
  }

  /** It answered 410. */
  async #switchOff({ id }: Endpoint): Promise<void> {
    const { deliveries, logger } = this.parts;
    logger.warn({ event: 'webhook-gone', endpoint: id });
    const outlet = this.#outlets.get(id);
    if (outlet !== undefined) this.#drop(outlet);
    try {
      const now = await deliveries.endpoint(id);
      if (now?.enabled === true) await deliveries.put({ ...now, enabled: false, stopped: 'gone', revision: now.revision + 1 });
    } catch (error) {
      logger.warn({ event: 'webhook-gone-not-kept', endpoint: id, cause: causeOf(error) });
    }
  }

  // ---- each second

  #tick(): void {
    for (const outlet of this.#outlets.values()) outlet.tick();
  }

  async #look(): Promise<void> {
    try {
      await this.#refresh();
      for (const [stream, through] of [...this.#through]) {
        for (const outlet of [...this.#outlets.values()]) {
          if (outlet.feeds.has(stream)) continue;
          const feed = await this.#feedOf(outlet, stream, through);
          if (this.#through.has(stream) && this.#outlets.get(outlet.endpoint.id) === outlet) this.#enter(outlet, feed);
        }
        for (const replay of await this.parts.deliveries.replays(stream)) await this.#replay(replay);
      }
      await this.#places.keep([...this.#outlets.values()], this.#through);
    } catch (error) {
      this.parts.logger.warn({ event: 'webhooks-look-failed', cause: causeOf(error) });
    }
  }

  async #replay(replay: Replay): Promise<void> {
    const { deliveries } = this.parts;
    const outlet = this.#outlets.get(replay.endpoint);
    const feed = outlet?.feeds.get(replay.stream);
    if (outlet !== undefined && feed === undefined) return;
    if (outlet !== undefined && feed !== undefined) {
      this.#apply(outlet, feed, replay);
      await deliveries.keepFeed(replay.endpoint, replay.stream, feed.state(true));
    }
    await deliveries.replayed(replay);
  }

  #apply(outlet: Outlet, feed: Feed, { room, sequence, after, askedMs }: Replay): void {
    if (room !== '') {
      const lane = feed.lane(room);
      lane.replay({ sequence, after, upTo: this.#lastOf.get(lane.shard) ?? 0, askedMs });
      if (lane.state === 'waiting') lane.state = 'idle';
      return outlet.wake(feed, [lane]);
    }
    if (sequence > feed.accepted) return;
    this.#catchUps.get(feed)?.end();
    this.#catchUps.delete(feed);
    feed.restart(sequence, askedMs);
    this.#fallBehind(outlet, feed);
  }

  /** Another process reads it from now on. */
  #leave(stream: number): void {
    this.#through.delete(stream);
    for (const { outlet, feed } of this.#feedsOf(stream)) {
      this.#catchUps.get(feed)?.end();
      this.#catchUps.delete(feed);
      this.#places.handOver(outlet, stream);
      outlet.leave(stream);
    }
  }

  #feedsOf(stream: number): { outlet: Outlet; feed: Feed }[] {
    return [...this.#outlets.values()].flatMap((outlet) => {
      const feed = outlet.feeds.get(stream);
      return feed === undefined ? [] : [{ outlet, feed }];
    });
  }
}

/** The stream of a room. */
export const streamOfRoom = (log: Log, room: string): number => streamOf(shardOf(room as RoomId, log.shards), log.streams);
