import type { Clock } from '@plaza/kit';
import type { Figures } from './figures.js';
import { incompleteFrame, removedFrame, trimmedBatch } from './frames.js';
import { payloadOf, type Payload } from './payloads.js';
import type { Departing, RoomFeed } from './room-feed.js';
import { justCame, type Session } from './session.js';
import type { TagGroup } from './tag-groups.js';

/** Sockets served in one turn of the event loop: 250 writes take about 2 ms, so that reading and timers never wait long. */
const socketsPerTurn = 250;
/** A room is not served again before this; and its rotations take at most this share of the time. */
const minIntervalMs = 40;
const busyShare = 0.6;

export interface DrainParts {
  readonly clock: Clock;
  readonly figures: Figures;
  /** Runs a task in the next turn of the event loop; setImmediate, or a test's own. */
  readonly nextTurn: (task: () => void) => void;
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
    if (rotation.queued || (feed.seats.taken === 0 && feed.departing.length === 0)) return;
    const waitMs = rotation.notBeforeMs - this.parts.clock.now();
    if (waitMs <= 0 || feed.departing.length > 0) return this.#enqueue(feed);
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
    for (let left = socketsPerTurn; left > 0;) {
      const feed = this.#queue.shift();
      if (feed === undefined) break;
      left -= 1 + this.#slice(feed, left);
    }
    this.#turning = this.#queue.length > 0;
    if (this.#turning) this.parts.nextTurn(this.#turn);
  }

  /** Serves up to `limit` places of the room; it queues again, at the end, until its rotation is over. */
  #slice(feed: RoomFeed, limit: number): number {
    const { rotation, seats } = feed;
    const dismissed = this.#dismiss(feed, limit);
    if (rotation.seat === 0) {
      rotation.startedMs = this.parts.clock.now();
      rotation.behind = false;
      rotation.serial = feed.ring.next;
      rotation.signal = feed.signal.serial;
    }
    const from = rotation.seat;
    const to = Math.min(seats.all.length, from + Math.max(0, limit - dismissed));
    this.#write(feed, from, to);
    rotation.seat = to;
    if (to < seats.all.length) this.#queue.push(feed);
    else this.#rotated(feed);
    return dismissed + to - from;
  }

  #rotated(feed: RoomFeed): void {
    const { rotation } = feed;
    const tookMs = this.parts.clock.now() - rotation.startedMs;
    this.parts.figures.rotated(tookMs);
    rotation.seat = 0;
    rotation.queued = false;
    rotation.notBeforeMs = rotation.startedMs + Math.max(minIntervalMs, tookMs / busyShare);
    feed.seats.tidy();
    if (rotation.behind || rotation.serial !== feed.ring.next || rotation.signal !== feed.signal.serial) this.wake(feed);
  }

  /** The hot path: nothing is allocated for a socket, and nothing looked up for one that stands where the one before it stood. */
  #write(feed: RoomFeed, from: number, to: number): void {
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
    for (let i = from; i < to; i++) {
      const session = seats[i];
      if (session === undefined || (session.cursor === next && session.signal === signalSerial)) continue;
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
        this.#place(feed, session);
        rotation.behind = true;
        // Once more, in this rotation: a full ring has moved on by the next, and who waits for it falls out again and again.
        if (placed !== i) placed = i--;
        continue;
      }
      if (!connection.write(connection.json ? payload.text : payload.bytes)) continue;
      session.cursor = payload.next;
      session.position = payload.last;
      session.signal = signalSerial;
      if (payload.next !== next) rotation.behind = true;
      writes++;
      batches += payload.views.length;
    }
    if (writes > 0) this.parts.figures.wrote(writes, batches);
  }

  /** A session whose cursor does not fit its position: inside a batch, or fallen out of the ring. Never a silent hole. */
  #place(feed: RoomFeed, session: Session): void {
    const { ring } = feed;
    const serial = ring.seek(session.position);
    if (serial === undefined) {
      session.connection.send(incompleteFrame(feed.room, session.position, ring.base));
      this.parts.figures.incomplete();
      session.position = ring.base;
      session.cursor = ring.first;
      return;
    }
    session.cursor = serial;
    const entry = ring.entry(serial);
    if (entry === undefined || entry.prev === session.position) return;
    session.connection.send(trimmedBatch(entry.view(session.group).bytes, session.position));
    session.cursor = serial + 1;
    session.position = entry.last;
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
    this.catchUp(feed, session, serial);
    session.connection.send(removedFrame(feed.room, session.removed!.code, session.removed!.why));
    this.parts.released(session);
  }

  /** Sends the session, even a blocked one, everything before this serial, at once. Who has no room for it is closed as too slow. */
  catchUp(feed: RoomFeed, session: Session, serial: number): void {
    const { connection } = session;
    while (connection.open && session.cursor < serial) {
      const payload = payloadOf(feed.ring, session.cursor, Math.min(serial, feed.ring.next), session.group);
      if (payload === undefined || payload.prev !== session.position) {
        this.#place(feed, session);
        continue;
      }
      connection.send(payload.bytes);
      session.cursor = payload.next;
      session.position = payload.last;
    }
  }
}
