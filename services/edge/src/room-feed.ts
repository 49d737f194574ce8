import { Control } from '@plaza/proto/room';
import { liveFlags, readLiveControl, readLiveHeader, type LiveHeader } from '@plaza/protocol';
import { changeMembers, removeMembers } from './control.js';
import type { Figures } from './figures.js';
import { entryOf, isChain } from './live-entry.js';
import { Payloads } from './payloads.js';
import { Ring, type RingEntry } from './ring.js';
import { RoomSignal } from './room-signal.js';
import { Rotation } from './rotation.js';
import { Seats } from './seats.js';
import { TagGroups } from './tag-groups.js';
import { nowhere, type Session } from './session.js';

/** What a feed tells the edge around it. */
export interface FeedSurroundings {
  now(): number;
  /** There is something for the room's sockets. */
  wake(feed: RoomFeed): void;
  /** The chain has a gap: ask the holder for what comes after `ring.tip`, then call `filled`. */
  gap(feed: RoomFeed): void;
  /** The session's tags change: what is in the ring before this goes to it with those that it had. */
  catchUp(feed: RoomFeed, session: Session, serial: number): void;
  /** A newer position than `ring.tip` is known of. */
  behind(feed: RoomFeed): void;
  /** A removal ended a session that its holder may still count. */
  unsure(session: Session): void;
  readonly figures: Figures;
}

/** A removed session: it gets everything before this serial, then the notice. */
export interface Departing {
  readonly session: Session;
  readonly serial: number;
}

/** Live frames that wait while a gap is filled; more are dropped, and found again as the next gap. */
const maxWaiting = 1000;
/** What a session was told to be complete stays at least so long, so that it can be read. */
const keepMs = 10_000;

/**
 * A room as this edge hears it. Frames go into the ring only in the order of the chain: a frame's `prev` is the ring's tip, or it is a repeat, or
 * there is a gap, which is filled before anything newer goes on. Sessions stand at positions in the ring; the drain serves them.
 */
export class RoomFeed {
  readonly ring: Ring;
  readonly seats = new Seats();
  readonly groups = new TagGroups();
  readonly payloads: Payloads;
  readonly departing: Departing[] = [];
  /** Everybody who is in the room or entering it, seated or not. */
  readonly sessions = new Set<Session>();
  /** Entered at a position that the ring has not reached yet: the answer overtook the frames. */
  readonly #ahead: Session[] = [];
  #waiting: Uint8Array[] = [];
  /** A fill is under way: frames wait. */
  filling = false;
  closed = false;
  /** The newest position that anybody has named, and since when it is above the tip (0: it is not). */
  head = 0;
  behindSinceMs = 0;
  /** The log sequence of the newest frame: how far the history has to be for a page to be up to date. */
  sequence = 0;
  epoch = 0;
  readonly signal: RoomSignal;
  /** Since when nobody is here; 0: somebody is. */
  idleSinceMs: number;
  /** The drain's own: where in its rotation the room stands. */
  readonly rotation: Rotation;

  constructor(
    readonly room: string,
    readonly shard: number,
    private readonly around: FeedSurroundings,
    ring = new Ring(),
  ) {
    this.ring = ring;
    this.payloads = new Payloads(ring);
    this.signal = new RoomSignal(room);
    this.rotation = new Rotation((shard * 61) % 1000);
    this.idleSinceMs = around.now();
  }

  // ------------------------------------------------------------------ frames

  /** A frame from the bus. Never throws. */
  onFrame(bytes: Uint8Array): void {
    try {
      const header = readLiveHeader(bytes);
      this.noteHead(header.head);
      if ((header.flags & liveFlags.signal) !== 0) return this.#takeSignal(header, bytes);
      if (this.filling) this.#wait(bytes);
      else this.#accept(header, bytes, true);
    } catch {
      // What it held is missing from the chain now, and is filled like any other loss.
      this.around.figures.badLiveFrame();
      this.around.gap(this);
    }
  }

  /** Frames of a fill, then those that waited. False: there is a gap still. Throws BadFrame. */
  filled(frames: readonly Uint8Array[]): boolean {
    for (const bytes of frames) if (!this.#accept(readLiveHeader(bytes), bytes, false)) return false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [i, bytes] of waiting.entries()) {
      if (this.#accept(readLiveHeader(bytes), bytes, true)) continue;
      this.#waiting = waiting.slice(i);
      return false;
    }
    return true;
  }

  /** The position from which the oldest waiting frame goes on; undefined: none waits. */
  get waitingFrom(): number | undefined {
    return this.#waiting[0] === undefined ? undefined : readLiveHeader(this.#waiting[0]).prev;
  }

  /** Nothing between the tip and this position can be given: readers are told so, and go on from here. */
  skipTo(position: number): void {
    if (this.ring.known && position <= this.ring.tip) return;
    this.ring.restart(position);
    this.#advanced();
  }

  /** Older frames for a session that resumes. False: they do not lead up to the ring. Controls in them are over and not obeyed. Throws BadFrame. */
  backfill(start: number, frames: readonly Uint8Array[]): boolean {
    if (!this.ring.known) this.ring.restart(start);
    const older: RingEntry[] = [];
    for (const bytes of frames) {
      const header = readLiveHeader(bytes);
      if (header.last <= this.ring.base && header.last > start)
        older.push(entryOf(this.room, header, bytes, older.at(-1)?.last ?? start, this.around.now(), keepMs));
      else if (header.last > this.ring.tip && header.prev <= this.ring.tip) this.#append(header, bytes, keepMs);
    }
    this.#advanced();
    if (older.length === 0) return this.ring.base <= start;
    if (!isChain(older, this.ring.base)) return false;
    this.ring.prepend(older);
    return true;
  }

  #wait(bytes: Uint8Array): void {
    if (this.#waiting.length < maxWaiting) this.#waiting.push(bytes);
  }

  /** False: a gap, and the frame waits. */
  #accept(header: LiveHeader, bytes: Uint8Array, live: boolean): boolean {
    if (this.#startsAt(header)) this.ring.restart(header.prev);
    const repeated = header.last <= this.ring.tip;
    if (!repeated && header.prev > this.ring.tip) return this.#missing(bytes);
    // A batch that is published again after a takeover was obeyed before; any other comes once, even where a fill or a reply was ahead of it.
    const obeyed = repeated && (!live || (header.flags & liveFlags.republished) !== 0);
    const encoded = readLiveControl(bytes);
    const control = obeyed || encoded.length === 0 ? undefined : Control.decode(encoded);
    // The batch itself is seen with the new tags already.
    if (control !== undefined) changeMembers(this, control.members);
    if (!repeated) this.#append(header, bytes);
    if (control !== undefined) removeMembers(this, control.removals, header.last, (session) => this.around.unsure(session));
    if (!repeated) this.#advanced();
    return true;
  }

  /** The first frame, or the first after a gap that nobody here would notice. */
  #startsAt(header: LiveHeader): boolean {
    return !this.ring.known || (header.prev > this.ring.tip && this.sessions.size === 0);
  }

  #missing(bytes: Uint8Array): boolean {
    if (this.filling) return false;
    this.#wait(bytes);
    this.around.figures.gap();
    this.around.gap(this);
    return false;
  }

  #append(header: LiveHeader, bytes: Uint8Array, keptMs = 0): void {
    this.ring.append(entryOf(this.room, header, bytes, this.ring.tip, this.around.now(), keptMs), this.around.now());
    this.epoch = Math.max(this.epoch, header.epoch);
    this.sequence = Math.max(this.sequence, header.sequence);
    this.signal.count(header);
  }

  #advanced(): void {
    if (this.ring.tip >= this.head) this.behindSinceMs = 0;
    for (const session of this.#ahead.splice(0)) this.attach(session, session.position);
    this.around.wake(this);
  }

  /** Somebody named this position: when it stays above the tip, a last batch was lost. */
  noteHead(head: number): void {
    if (head > this.head) this.head = head;
    if (!this.ring.known || this.head <= this.ring.tip || this.behindSinceMs !== 0) return;
    this.behindSinceMs = this.around.now();
    this.around.behind(this);
  }

  /** The holder says that there is nothing above the tip: whoever named more was wrong. */
  forgetHead(): void {
    this.head = this.ring.tip;
    this.behindSinceMs = 0;
  }

  /** The room cannot be heard right now, or can be again: its clients are shown so. */
  setStale(stale: boolean): void {
    if (this.signal.setStale(stale, Math.max(this.head, this.ring.tip), this.around.now())) this.around.wake(this);
  }

  #takeSignal(header: LiveHeader, bytes: Uint8Array): void {
    if (header.head === this.ring.tip) this.sequence = Math.max(this.sequence, header.sequence);
    this.signal.take(header, bytes, Math.max(this.head, this.ring.tip), this.around.now());
    this.around.wake(this);
  }

  // ------------------------------------------------------------------ sessions

  /** Somebody is entering. */
  expect(session: Session): void {
    this.sessions.add(session);
    this.idleSinceMs = 0;
  }

  /** From now on the session gets everything after this position; what is before the ring's base it is told to be incomplete. */
  attach(session: Session, position: number): void {
    this.detach(session);
    if (!this.ring.known) this.ring.restart(position);
    session.position = position;
    session.ledFrom = nowhere;
    if (position > this.ring.tip) {
      this.#ahead.push(session);
      return this.noteHead(position);
    }
    session.cursor = this.ring.seek(position) ?? this.ring.first;
    this.seats.add(session);
    this.around.wake(this);
  }

  /** Takes the session out of the drain, for a resume. */
  detach(session: Session): void {
    this.seats.remove(session);
    const at = this.#ahead.indexOf(session);
    if (at >= 0) this.#ahead.splice(at, 1);
  }

  /** The session's tags are about to change: what waits for it in the ring and is for some only is still for those that it has. */
  settle(session: Session): void {
    // By its position: a cursor from before the ring started over may be behind older entries that a resume brought back.
    const next = Math.min(session.cursor, this.ring.seek(session.position) ?? this.ring.first);
    if (session.seat >= 0 && this.ring.isMixed(next)) this.around.catchUp(this, session, this.ring.next);
  }

  depart(session: Session, serial: number): void {
    // Without a place in the ring nothing is pending that could be sent first.
    if (session.seat < 0) session.cursor = serial;
    this.detach(session);
    this.departing.push({ session, serial });
    this.around.wake(this);
  }

  /** The session is over. */
  release(session: Session): void {
    this.detach(session);
    if (this.sessions.has(session)) this.groups.leave(session.group);
    this.sessions.delete(session);
    if (this.sessions.size === 0) this.idleSinceMs = this.around.now();
  }
}
