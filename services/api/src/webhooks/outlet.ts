import { randomBytes } from 'node:crypto';
import { timeOfPosition } from '@plaza/domain';
import { causeOf, type Clock, type Logger } from '@plaza/kit';
import type { Log } from '@plaza/log';
import { letterId, type DeadLetters } from './dead-letters.js';
import type { Endpoint } from './endpoint.js';
import type { Feed } from './feed.js';
import type { Lane } from './lane.js';
import { readLane } from './lane-reader.js';
import type { Mailer } from './mailer.js';
import { batchBounds, eventsJson, firstBatch, type RoomEvent } from './payload.js';
import { EndpointHealth, isGivenUp, waitAfter, type RetryPolicy } from './retry.js';
import { deliveryId } from './signature.js';
import type { WebhookMeter } from './webhook-meter.js';

export interface OutletParts {
  readonly log: Log;
  readonly letters: DeadLetters;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: WebhookMeter;
  readonly policy: RetryPolicy;
  readonly concurrency: number;
  readonly random: () => number;
  /** The endpoint answered that it wants nothing any more. */
  readonly gone: (endpoint: Endpoint) => void;
}

/** After something of our own was away. */
const awayMs = 2000;
/** Lanes that waited out an outage come back spread over so long. */
const returnMs = 5000;

interface Turn {
  readonly feed: Feed;
  readonly lane: Lane;
  /** The health of the endpoint waits for how it goes. */
  readonly asked: boolean;
}

/**
 * Sends what the feeds of one endpoint hold: so many requests at a time, one a room, rooms in the order in which they became ready. A failure makes
 * its room wait; while the endpoint is down, all rooms do.
 */
export class Outlet {
  readonly #feeds = new Map<number, Feed>();
  readonly #health: EndpointHealth;
  #ready: Turn[] = [];
  readonly #busy = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    public endpoint: Endpoint,
    private readonly parts: OutletParts,
  ) {
    this.#health = new EndpointHealth(parts.policy, parts.random);
  }

  get feeds(): ReadonlyMap<number, Feed> {
    return this.#feeds;
  }

  get isDown(): boolean {
    return this.#health.down;
  }

  enter(feed: Feed): void {
    this.#feeds.set(feed.stream, feed);
  }

  /** What of it is under way is finished, and its outcome forgotten. */
  leave(stream: number): void {
    this.#feeds.delete(stream);
  }

  /** These have something to deliver now, unless they wait. */
  wake(feed: Feed, lanes: Iterable<Lane>): void {
    for (const lane of lanes) {
      if (lane.state !== 'idle') continue;
      lane.state = 'ready';
      this.#ready.push({ feed, lane, asked: false });
    }
    this.pump();
  }

  /** To be called a few times a second: wakes what has waited long enough. */
  tick(): void {
    const nowMs = this.parts.clock.now();
    for (const feed of this.#feeds.values()) {
      for (const lane of feed.lanes.values()) {
        if (lane.state !== 'waiting' || lane.nextAtMs > nowMs) continue;
        lane.state = 'ready';
        this.#ready.push({ feed, lane, asked: false });
      }
    }
    this.pump();
  }

  pump(): void {
    while (!this.#stopped && this.#busy.size < this.parts.concurrency) {
      const turn = this.#next();
      if (turn === undefined) return;
      turn.lane.state = 'busy';
      const work = this.#turn(turn).finally(() => {
        this.#busy.delete(work);
        this.pump();
      });
      this.#busy.add(work);
    }
  }

  /** Starts nothing more, and resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#busy);
  }

  /** While the endpoint is down: one to try it with, now and then, and everything that is due to be given up. */
  #next(): Turn | undefined {
    while (this.#ready[0] !== undefined && !this.#isOurs(this.#ready[0])) this.#ready.shift();
    if (this.#ready.length === 0) return undefined;
    if (this.#health.allows(this.parts.clock.now())) return { ...this.#ready.shift()!, asked: true };
    const due = this.#ready.findIndex((turn) => this.#isOurs(turn) && this.#isGivenUp(turn));
    return due < 0 ? undefined : this.#ready.splice(due, 1)[0];
  }

  #isOurs({ feed, lane }: Pick<Turn, 'feed' | 'lane'>): boolean {
    return this.#feeds.get(feed.stream) === feed && feed.lanes.get(lane.room) === lane;
  }

  async #turn(turn: Turn): Promise<void> {
    const { lane } = turn;
    let sent = false;
    try {
      if (lane.queue.length === 0 && lane.log !== undefined) await this.#read(turn);
      if (lane.queue.length > 0 && this.#isGivenUp(turn) && (lane.failures > 0 || this.#health.down)) await this.#bury(turn);
      else if (lane.queue.length > 0) {
        sent = true;
        await this.#send(turn);
      }
    } catch (error) {
      this.parts.logger.warn({ event: 'webhook-waits', endpoint: this.endpoint.id, room: lane.room, cause: causeOf(error) });
      lane.wait(this.parts.clock.now() + awayMs);
    }
    if (turn.asked && !sent) this.#health.passed();
    this.#settle(turn);
  }

  async #read({ feed, lane }: Turn): Promise<void> {
    const read = await readLane(this.parts.log, lane, this.endpoint);
    if (read === 'not-yet') return lane.wait(this.parts.clock.now() + awayMs / 4);
    if (read !== 'hole') return;
    this.parts.logger.error({ event: 'webhook-hole', endpoint: this.endpoint.id, room: lane.room });
    this.parts.meter.hole(this.endpoint.id);
    feed.hole();
  }

  async #send(turn: Turn): Promise<void> {
    const { feed, lane } = turn;
    const batch = firstBatch(lane.queue, batchBounds);
    const [first, last] = [batch[0]!, batch.at(-1)!];
    const verdict = await this.parts.mailer.send(this.endpoint, {
      id: deliveryId(this.endpoint.id, lane.room, first.position, last.position),
      room: lane.room,
      attempt: lane.failures + 1,
      position: last.position,
      events: eventsJson(batch),
      resent: false,
    });
    const nowMs = this.parts.clock.now();
    this.parts.meter.answered(this.endpoint.id, verdict.kind, batch.length);
    if (verdict.kind === 'delivered') {
      lane.done(batch.length);
      feed.delivered(nowMs);
      if (this.#health.succeeded()) this.#comeBack(nowMs);
      return;
    }
    const why = verdict.kind === 'gone' ? 'status 410' : verdict.why;
    const askedMs = verdict.kind === 'gone' ? 0 : verdict.askedMs;
    this.#health.failed(lane.room, nowMs);
    feed.failed(nowMs, why);
    lane.failed(why, nowMs + waitAfter(lane.failures + 1, this.parts.policy, this.parts.random(), askedMs));
    this.parts.logger.info({ event: 'webhook-failed', endpoint: this.endpoint.id, room: lane.room, failures: lane.failures, why });
    if (verdict.kind === 'gone') this.parts.gone(this.endpoint);
  }

  /** What is too old goes to the dead letters, in requests as it would have been sent in. */
  async #bury({ feed, lane }: Turn): Promise<void> {
    const { policy, clock, letters, meter } = this.parts;
    const sinceMs = ({ position }: RoomEvent): number => Math.max(timeOfPosition(position), lane.askedMs, feed.askedMs);
    const old = lane.queue.filter((event) => isGivenUp(sinceMs(event), clock.now(), policy));
    const batch = firstBatch(old, batchBounds);
    await letters.bury({
      id: letterId(clock.now(), randomBytes(4).toString('hex')),
      endpoint: this.endpoint.id,
      room: lane.room,
      from: batch[0]!.position,
      to: batch.at(-1)!.position,
      events: batch.length,
      attempts: lane.failures,
      lastError: lane.lastError === '' ? 'the endpoint was down' : lane.lastError,
      body: eventsJson(batch),
    });
    meter.buried(this.endpoint.id, batch.length);
    lane.done(batch.length);
  }

  #isGivenUp({ feed, lane }: Turn): boolean {
    return isGivenUp(Math.max(lane.dueMs, feed.askedMs), this.parts.clock.now(), this.parts.policy);
  }

  #settle({ feed, lane }: Turn): void {
    if (lane.again !== undefined) {
      lane.rewind(lane.again);
      lane.state = 'busy';
    }
    if (lane.state === 'busy') lane.state = 'idle';
    feed.settle(lane);
    if (lane.state === 'idle' && this.#isOurs({ feed, lane })) this.wake(feed, [lane]);
  }

  /** Everybody may try again soon, not at the end of the wait that the outage brought. */
  #comeBack(nowMs: number): void {
    for (const { lanes } of this.#feeds.values()) {
      for (const lane of lanes.values())
        if (lane.state === 'waiting') lane.nextAtMs = Math.min(lane.nextAtMs, nowMs + this.parts.random() * returnMs);
    }
  }
}
