import { systemClock, type Clock } from '@plaza/kit';
import { StoreUnavailable, type MessageRow, type MessageStore, type NewRow, type PageAsk, type Removal } from './message-store.js';

/** By position. */
type RoomRows = Map<number, NewRow | 'removed'>;
type Rooms = Map<string, RoomRows>;

/** What several MemoryMessageStores have in common, as processes have one Cassandra. */
export class MemoryMessageStorage {
  readonly #rooms: Rooms = new Map();
  readonly #cursors = new Map<number, number>();
  /** False: every question rejects. What is stored stays. */
  available = true;

  constructor(readonly clock: Clock = systemClock) {}

  rooms(): Rooms {
    this.#check();
    return this.#rooms;
  }

  cursors(): Map<number, number> {
    this.#check();
    return this.#cursors;
  }

  #check(): void {
    if (!this.available) throw new StoreUnavailable('the message store is away');
  }
}

/** Messages in this process's memory: for tests. */
export class MemoryMessageStore implements MessageStore {
  constructor(private readonly storage = new MemoryMessageStorage()) {}

  async write(rows: readonly NewRow[]): Promise<void> {
    const rooms = this.storage.rooms();
    for (const row of rows) {
      const room = roomIn(rooms, row.room);
      if (room.get(row.position) !== 'removed') room.set(row.position, { ...row, event: row.event.slice() });
    }
  }

  async remove(removals: readonly Removal[]): Promise<void> {
    const rooms = this.storage.rooms();
    for (const { room, position } of removals) roomIn(rooms, room).set(position, 'removed');
  }

  async page({ room, before, after, limit }: PageAsk): Promise<MessageRow[]> {
    const rows = [...(this.storage.rooms().get(room)?.values() ?? [])]
      .filter((row) => row !== 'removed')
      .filter(({ untilMs }) => untilMs > this.storage.clock.now())
      .filter(({ position }) => position > (after ?? -1) && position < (before ?? Number.MAX_SAFE_INTEGER))
      .sort((a, b) => a.position - b.position);
    const page = before === undefined && after !== undefined ? rows.slice(0, limit) : rows.slice(-limit);
    return page.map(({ untilMs: _, ...row }) => row);
  }

  async cursor(stream: number): Promise<number> {
    return this.storage.cursors().get(stream) ?? 0;
  }

  async moveCursor(stream: number, sequence: number): Promise<void> {
    this.storage.cursors().set(stream, sequence);
  }

  /** What was removed is noted for good: this is for tests. */
  async trim(): Promise<number> {
    const nowMs = this.storage.clock.now();
    let count = 0;
    for (const room of this.storage.rooms().values()) {
      for (const [position, row] of room) if (row !== 'removed' && row.untilMs <= nowMs && room.delete(position)) count++;
    }
    return count;
  }

  async close(): Promise<void> {}
}

function roomIn(rooms: Rooms, name: string): RoomRows {
  const room: RoomRows = rooms.get(name) ?? new Map<number, NewRow | 'removed'>();
  rooms.set(name, room);
  return room;
}
