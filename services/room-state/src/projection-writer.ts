import { newRoom, roomFromSlots, type RoomId, type RoomState, type SlotChange } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import { ProjectionUnavailable, type RoomChange } from './projection.js';
import type { ShardParts } from './shard-parts.js';

/** Rooms in one step of a write: it is one script in Redis, which holds up everybody else there. */
const roomsAtOnce = 500;
const firstPauseMs = 500;
const longestPauseMs = 10_000;
/** A projection that has everything is looked at with each fifth tick, whether it is still there and this holder's. Who reads a room of it looks for himself. */
const cleanLookMs = 4500;
/** It is asked so often for what is due in any case. */
const longestUntilDueMs = 60_000;

interface DirtyRoom {
  readonly slots: Map<string, SlotChange>;
  dueMs: number;
}

type Parts = Pick<ShardParts, 'shard' | 'projection' | 'clock' | 'logger' | 'metrics'> & {
  readonly epoch: number;
  /** Proves that the shard is still held, and makes the projection anew up to at least `sequence`. Answers the cursor; undefined: not held. */
  readonly rebuild: (sequence: number) => Promise<number | undefined>;
};

/**
 * Keeps a shard's projection at most about a second behind the log. Only what the log has accepted is written: slots are taken as they were when their
 * events were decided, and noted when the record is in the log. The cursor says up to which record everything is in.
 */
export class ProjectionWriter {
  #dirty = new Map<RoomId, DirtyRoom>();
  #writing = new Map<RoomId, DirtyRoom>();
  #cursor: number;
  #sequence: number;
  #attempted: number | undefined;
  #dirtySinceMs = 0;
  #rebuilding = false;
  #flushed: Promise<void> | undefined;
  #failures = 0;
  #notBeforeMs = 0;
  #lookedMs = -Infinity;
  /** No room of the projection is due before this, Unix ms; 0: it has to be asked. */
  #nextDueMs = 0;

  /** `cursor`: the stored one, up to which the projection is known to be right. */
  constructor(
    private readonly parts: Parts,
    cursor: number,
  ) {
    this.#cursor = cursor;
    this.#sequence = cursor;
  }

  /** A room's part of a record that is in the log. */
  note(room: RoomId, slots: Iterable<SlotChange>, dueMs: number): void {
    let dirty = this.#dirty.get(room);
    if (dirty === undefined) this.#dirty.set(room, (dirty = { slots: new Map(), dueMs }));
    for (const slot of slots) dirty.slots.set(slot.name, slot);
    dirty.dueMs = dueMs;
    this.#dueAt(dueMs);
    if (this.#dirtySinceMs === 0) this.#dirtySinceMs = this.parts.clock.now();
  }

  /** Everything of the records up to here was noted. */
  noteSequence(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  isDirty(room: RoomId): boolean {
    return this.#dirty.has(room) || this.#writing.has(room);
  }

  /** The record up to which the projection holds everything. */
  get cursor(): number {
    return this.#cursor;
  }

  get clean(): boolean {
    return this.#dirty.size === 0 && this.#writing.size === 0 && this.#cursor === this.#sequence;
  }

  get lagMs(): number {
    return this.#dirtySinceMs === 0 ? 0 : this.parts.clock.now() - this.#dirtySinceMs;
  }

  /**
   * A room that is not in memory. Rejects with ProjectionUnavailable where the projection cannot be asked, is being rebuilt, or is not the one that
   * this holder knows: then "there is no such room" could be wrong. The cursor is read after the room: it proves what was read.
   */
  async load(room: RoomId): Promise<RoomState> {
    const { projection, shard } = this.parts;
    if (this.#rebuilding) throw new ProjectionUnavailable('the projection is being rebuilt');
    const before = this.#cursor;
    const slots = await projection.load(shard, room);
    const stored = await projection.cursor(shard);
    if (this.#isRebuilding() || (stored !== before && !this.#isOurs(stored))) {
      this.#lookedMs = -Infinity;
      void this.flush();
      throw new ProjectionUnavailable('the projection is another holder’s, or was lost');
    }
    return slots === undefined ? newRoom(room) : roomFromSlots(room, slots);
  }

  /**
   * Rooms that are due, earliest first, as far as they are written. The projection is asked only when there may be some: it names the next one, and only
   * this holder adds others. Rejects with ProjectionUnavailable.
   */
  async due(nowMs: number, limit: number): Promise<RoomId[]> {
    if (this.#rebuilding || nowMs < this.#nextDueMs) return [];
    // Lowered meanwhile by what is noted.
    this.#nextDueMs = nowMs + longestUntilDueMs;
    for (const rooms of [this.#dirty, this.#writing]) for (const { dueMs } of rooms.values()) this.#dueAt(dueMs);
    try {
      const found = await this.parts.projection.due(this.parts.shard, limit);
      this.#dueAt(found[0]?.dueMs ?? 0);
      return found.filter(({ dueMs }) => dueMs <= nowMs).map(({ room }) => room);
    } catch (error) {
      this.#nextDueMs = 0;
      throw error;
    }
  }

  /** A room is due then; 0: never. */
  #dueAt(dueMs: number): void {
    if (dueMs > 0 && dueMs < this.#nextDueMs) this.#nextDueMs = dueMs;
  }

  /** Writes what is noted; what fails stays noted, and is tried again after a pause. Never rejects. */
  flush(): Promise<void> {
    const nowMs = this.parts.clock.now();
    const isEarly = nowMs < this.#notBeforeMs || (this.clean && !this.#rebuilding && Math.abs(nowMs - this.#lookedMs) < cleanLookMs);
    if (this.#flushed === undefined && isEarly) return Promise.resolve();
    this.#flushed ??= this.#flush()
      .then(() => {
        this.#failures = 0;
      })
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#flushed = undefined;
      });
    return this.#flushed;
  }

  async #flush(): Promise<void> {
    const stored = await this.parts.projection.cursor(this.parts.shard);
    if (!this.#isOurs(stored)) return this.#rebuild();
    // Somebody else's write.
    if (stored !== this.#cursor) this.#nextDueMs = 0;
    this.#lookedMs = this.parts.clock.now();
    this.#cursor = stored!;
    this.#attempted = undefined;
    this.#rebuilding = false;
    if (this.clean) return;
    if (await this.#write()) this.parts.metrics.projection('written');
    else this.parts.metrics.projection('other');
  }

  #isRebuilding(): boolean {
    return this.#rebuilding;
  }

  /** What this holder wrote; or what the one before it still wrote late, all of which was replayed here. */
  #isOurs(stored: number | undefined): boolean {
    if (stored === undefined) return false;
    return stored === this.#cursor || stored === this.#attempted || (stored > this.#cursor && stored < this.parts.epoch);
  }

  async #write(): Promise<boolean> {
    const sequence = this.#sequence;
    const sinceMs = this.#dirtySinceMs;
    this.#writing = this.#dirty;
    this.#dirty = new Map();
    this.#dirtySinceMs = 0;
    let written = false;
    try {
      written = await this.#writeSteps([...this.#writing].map(changeOf), sequence);
      return written;
    } finally {
      if (!written) this.#putBack(sinceMs);
      this.#writing = new Map();
    }
  }

  /** The cursor moves with the last step; until then rooms may be newer than it says, which a replay does not mind. */
  async #writeSteps(changes: readonly RoomChange[], sequence: number): Promise<boolean> {
    const { projection, shard } = this.parts;
    for (let at = 0; at === 0 || at < changes.length; at += roomsAtOnce) {
      const cursor = at + roomsAtOnce >= changes.length ? sequence : this.#cursor;
      this.#attempted = cursor;
      if ((await projection.write(shard, this.#cursor, cursor, changes.slice(at, at + roomsAtOnce))) === 'other') return false;
      this.#cursor = cursor;
      this.#attempted = undefined;
    }
    return true;
  }

  #putBack(sinceMs: number): void {
    const newer = this.#dirty;
    this.#dirty = this.#writing;
    for (const [room, { slots, dueMs }] of newer) this.note(room, slots.values(), dueMs);
    this.#dirtySinceMs = sinceMs || this.#dirtySinceMs;
  }

  async #rebuild(): Promise<void> {
    this.#rebuilding = true;
    this.#nextDueMs = 0;
    try {
      const cursor = await this.parts.rebuild(this.#sequence);
      if (cursor === undefined) return;
      this.#cursor = cursor;
      this.#sequence = Math.max(this.#sequence, cursor);
      this.#rebuilding = false;
      this.parts.metrics.projection('rebuilt');
    } finally {
      this.#attempted = undefined;
    }
  }

  #failed(error: unknown): void {
    this.#notBeforeMs = this.parts.clock.now() + Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures++);
    this.parts.metrics.projection('unavailable');
    const level = error instanceof ProjectionUnavailable ? 'warn' : 'error';
    this.parts.logger[level]({ event: 'projection-not-written', shard: this.parts.shard, cause: causeOf(error) });
  }
}

const changeOf = ([room, { slots, dueMs }]: [RoomId, DirtyRoom]): RoomChange => ({ room, slots: [...slots.values()], dueMs });
