import type { Clock } from '@plaza/kit';
import { catchUp, place } from './catch-up.js';
import type { Figures } from './figures.js';
import { removedFrame } from './frames.js';
import { payloadOf, type Payload } from './payloads.js';
import type { Departing, RoomFeed } from './room-feed.js';
import { justCame, nowhere, type Session } from './session.js';
import type { TagGroup } from './tag-groups.js';

/** Writes in one turn of the event loop: 250 take about 2 ms, so that reading and timers never wait long. */
const writesPerTurn = 250;
/** Sockets that are looked at and get nothing, in the time of one write. */
const looksAWrite = 20;
/** A room is not served again before this. */
const minIntervalMs = 40;
/** A room that would wait longer than this waits for a clock that was set. */
const longestWaitMs = 5000;

export interface DrainParts {
  readonly clock: Clock;
  readonly figures: Figures;
  /** Runs a task in the next turn of the event loop; setImmediate, or a test's own. */
  readonly nextTurn: (task: () => void) => void;
  /** The rotations of a room take at most this share of the time. */
  readonly busyShare: number;
  /** A removed session was told; it is over. */
  released(session: Session): void;
}

/**
 * The rotating drain (DESIGN section 7). A room with something new stands in a queue; each turn serves the next slices of sockets, each socket with
 * one write of everything that it lacks. A room waits between two rotations, so that what comes meanwhile rides in the next one: more load means
 * more in a write, never a growing queue. Who has bytes buffered is passed over and catches up later from the ring.
 */
export class Drain {
  readonly #queue: RoomFeed[] = [];
  readonly #turn = (): void => this.#serve();
  #turning = false;

  constructor(private readonly parts: DrainParts) {}

  /** There may be something for the room's sockets: at once where it was idle, else when its interval is over. */
  wake(feed: RoomFeed): void {
    const { rotation } = feed;
    // Its rotation may have passed who can be served again.
    if (rotation.queued) rotation.behind = true;
    if (rotation.queued || (feed.seats.taken === 0 && feed.departing.length === 0)) return;
    const waitMs = rotation.notBeforeMs - this.parts.clock.now();
    if (waitMs <= 0 || waitMs > longestWaitMs || feed.departing.length > 0) return this.#enqueue(feed);
    if (rotation.timed) return;
    rotation.timed = true;
    this.parts.clock.after(waitMs, () => {
      rotation.timed = false;
      this.wake(feed);
    });
  }

  #enqueue(feed: RoomFeed): void {
    feed.rotation.queued = true;
    this.#queue.push(feed);
    if (this.#turning) return;
    this.#turning = true;
    this.parts.nextTurn(this.#turn);
  }

  #serve(): void {
    for (let left = writesPerTurn; left > 0;) {
      const feed = this.#queue.shift();
      if (feed === undefined) break;
      left -= 1 + this.#slice(feed, left);
    }
    this.#turning = this.#queue.length > 0;
    if (this.#turning) this.parts.nextTurn(this.#turn);
  }

  /** Serves the room's next places, for about `limit` writes or what takes as long, and answers how much of that it took; it queues again until its rotation is over. */
  #slice(feed: RoomFeed, limit: number): number {
    const { rotation, seats } = feed;
    const dismissed = this.#dismiss(feed, Math.ceil(limit));
    if (dismissed >= limit) {
      this.#queue.push(feed);
      return dismissed;
    }
    if (rotation.seat === 0) {
      rotation.begin(this.parts.clock.now(), seats.all.length);
      rotation.serial = feed.ring.next;
      rotation.signal = feed.signal.serial;
    }
    const written = this.#write(feed, limit - dismissed);
    if (rotation.seat < seats.all.length) this.#queue.push(feed);
    else this.#rotated(feed);
    return dismissed + written;
  }

  #rotated(feed: RoomFeed): void {
    const { rotation } = feed;
    const nowMs = this.parts.clock.now();
    const tookMs = nowMs - rotation.startedMs;
    const pauseMs = Math.max(minIntervalMs, tookMs / this.parts.busyShare) - tookMs;
    this.parts.figures.rotated(tookMs);
    rotation.seat = 0;
    rotation.queued = false;
    rotation.notBeforeMs = nowMs + Math.min(longestWaitMs, pauseMs);
    feed.seats.tidy();
    if (rotation.owing) this.#leadLater(feed);
    const leaving = feed.departing.length > 0;
    if (leaving || rotation.behind || rotation.serial !== feed.ring.next || rotation.signal !== feed.signal.serial) this.wake(feed);
    else feed.payloads.forget();
  }

  /**
   * Who gets nothing of what was said is led over it with the next that is for him, or in the turn of his part of the room, even if that is silent by then. A
   * message for ten of 5,000 sockets is ten writes so, and beside them 5,000 a second for all that was said to others: not 125,000.
   */
  #leadLater(feed: RoomFeed): void {
    const { rotation } = feed;
    if (rotation.owingTimed) return;
    rotation.owingTimed = true;
    this.parts.clock.after(rotation.untilNextPartMs(this.parts.clock.now()), () => {
      rotation.owingTimed = false;
      this.wake(feed);
    });
  }

  /** The hot path: nothing is allocated for a socket, and nothing looked up for one that stands where the one before it stood. */
  #write(feed: RoomFeed, limit: number): number {
    const { payloads, rotation } = feed;
    const { frame: signal, serial: signalSerial } = feed.signal;
    const seats = feed.seats.all;
    const next = feed.ring.next;
    let payload: Payload | undefined;
    let group: TagGroup | undefined;
    let mixed = false;
    let cursor = -1;
    let seen = -1;
    let placed = -1;
    let writes = 0;
    let batches = 0;
    let i = rotation.seat;
    let left = limit * looksAWrite;
    for (; i < seats.length && left > 0; i++) {
      left--;
      const session = seats[i];
      if (session === undefined || (session.cursor === next && session.signal === signalSerial && session.ledFrom === nowhere)) continue;
      const { connection } = session;
      if (connection.blocked) continue;
      if (payload === undefined || session.cursor !== cursor || session.signal !== seen || (mixed && session.group !== group)) {
        cursor = session.cursor;
        seen = session.signal;
        group = session.group;
        mixed = feed.ring.isMixed(cursor);
        payload =
          seen === justCame
            ? payloadOf(feed.ring, cursor, next, group, feed.signal.present)
            : payloads.at(cursor, group, signal, seen !== signalSerial);
      }
      if (payload === undefined || payload.prev !== session.position) {
        place(feed, session, this.parts.figures);
        rotation.behind = true;
        left -= looksAWrite;
        // Once more, in this rotation: a full ring has moved on by the next, and who waits for it falls out again and again.
        if (placed !== i) placed = i--;
        continue;
      }
      if (payload.silent && !rotation.leads(i)) {
        rotation.owing = true;
        if (session.ledFrom === nowhere) session.ledFrom = session.position;
      } else {
        const whole = session.ledFrom === nowhere ? payload : payload.from(session.ledFrom, feed.room);
        if (!connection.write(connection.json ? whole.text : whole.bytes)) continue;
        session.ledFrom = nowhere;
        session.signal = signalSerial;
        left -= looksAWrite;
        writes++;
        batches += whole.views.length;
      }
      session.cursor = payload.next;
      session.position = payload.last;
      if (payload.next !== next) rotation.behind = true;
    }
    rotation.seat = i;
    if (writes > 0) this.parts.figures.wrote(writes, batches);
    return limit - left / looksAWrite;
  }

  /** Sees removed sessions off: everything before their removal, then the notice. */
  #dismiss(feed: RoomFeed, limit: number): number {
    if (feed.departing.length === 0) return 0;
    const now = feed.departing.splice(0, limit);
    for (const departing of now) this.#seeOff(feed, departing);
    return now.length;
  }

  #seeOff(feed: RoomFeed, { session, serial }: Departing): void {
    if (session.state === 'gone') return;
    catchUp(feed, session, serial, this.parts.figures);
    session.connection.send(removedFrame(feed.room, session.removed!.code, session.removed!.why));
    this.parts.released(session);
  }
}
