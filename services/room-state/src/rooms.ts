import type { RoomId, RoomState } from '@plaza/domain';
import { accountsRoom, isCreated, type Limits } from '@plaza/domain';
import { causeOf, type Clock, type Logger } from '@plaza/kit';
import { LoadedRoom } from './loaded-room.js';
import { ProjectionUnavailable } from './projection.js';

interface Waiting {
  loaded(room: LoadedRoom): void;
  /** The room cannot be had now; it may well exist. */
  unavailable(): void;
}

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  load(room: RoomId): Promise<RoomState>;
  /** Whether the room may leave the memory, as far as others know. */
  mayGo(room: LoadedRoom): boolean;
  readonly idleMs: number;
  readonly limits: Limits;
}

/** The rooms of a shard that are in memory. A cold one is loaded once, however many ask; who asks is served in the order of asking. */
export class Rooms {
  readonly #loading = new Map<RoomId, Waiting[]>();
  #over = false;

  constructor(
    private readonly parts: Parts,
    private readonly loaded: Map<RoomId, LoadedRoom>,
  ) {}

  get(room: RoomId): LoadedRoom | undefined {
    return this.loaded.get(room);
  }

  all(): IterableIterator<LoadedRoom> {
    return this.loaded.values();
  }

  get size(): number {
    return this.loaded.size;
  }

  /** At once where the room is in memory. */
  with(id: RoomId, waiting: Waiting): void {
    const room = this.loaded.get(id);
    if (room !== undefined) {
      room.usedMs = this.parts.clock.now();
      return waiting.loaded(room);
    }
    const others = this.#loading.get(id);
    if (others !== undefined) return void others.push(waiting);
    this.#loading.set(id, [waiting]);
    void this.#load(id);
  }

  /** The room, loaded where need be. Rejects with ProjectionUnavailable. */
  take(id: RoomId): Promise<LoadedRoom> {
    return new Promise((resolve, reject) => {
      this.with(id, { loaded: resolve, unavailable: () => reject(new ProjectionUnavailable('the room cannot be loaded now')) });
    });
  }

  /** Lets go of rooms that nobody has used for long, at once of those that were never created, and of what a silent room remembers of its last minutes. */
  sweep(): void {
    const nowMs = this.parts.clock.now();
    for (const [id, room] of this.loaded) {
      if (!room.recent.empty) room.recent.forgetOld(nowMs);
      const idle = (!isCreated(room.state) && id !== accountsRoom) || nowMs - room.usedMs >= this.parts.idleMs;
      if (idle && !room.pending && room.tally === undefined && this.parts.mayGo(room)) this.loaded.delete(id);
    }
  }

  /** Nobody is served any more; who waits for a room hears that it cannot be had. */
  close(): void {
    this.#over = true;
    for (const [id] of this.#loading) this.#settle(id, undefined);
    this.loaded.clear();
  }

  async #load(id: RoomId): Promise<void> {
    try {
      const state = await this.parts.load(id);
      if (this.#over) return;
      const room = new LoadedRoom(state, this.parts.clock.now(), this.parts.limits);
      this.loaded.set(id, room);
      this.#settle(id, room);
    } catch (error) {
      this.parts.logger.warn({ event: 'room-not-loaded', room: id, cause: causeOf(error) });
      this.#settle(id, undefined);
    }
  }

  #settle(id: RoomId, room: LoadedRoom | undefined): void {
    const waiting = this.#loading.get(id) ?? [];
    this.#loading.delete(id);
    for (const one of waiting) {
      if (room === undefined) one.unavailable();
      else one.loaded(room);
    }
  }
}
