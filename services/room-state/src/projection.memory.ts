import type { RoomId, Shard } from '@plaza/domain';
import { ProjectionUnavailable, type DueRoom, type Projection, type RoomChange } from './projection.js';

interface ShardContent {
  cursor: number | undefined;
  readonly rooms: Map<RoomId, Map<string, Uint8Array>>;
  readonly due: Map<RoomId, number>;
}

/** What several MemoryProjections have in common, as processes have one Redis. */
export class MemoryProjectionStorage {
  readonly #shards = new Map<Shard, ShardContent>();
  /** False: every question rejects, as with a Redis that is away. What is stored stays. */
  available = true;

  shard(shard: Shard): ShardContent {
    if (!this.available) throw new ProjectionUnavailable('the projection is away');
    let content = this.#shards.get(shard);
    if (content === undefined) this.#shards.set(shard, (content = { cursor: undefined, rooms: new Map(), due: new Map() }));
    return content;
  }

  /** Everything is lost, as by FLUSHALL. */
  clear(): void {
    this.#shards.clear();
  }
}

/** The projection in this process's memory: for tests, and for a node that may forget. */
export class MemoryProjection implements Projection {
  constructor(private readonly storage = new MemoryProjectionStorage()) {}

  get available(): boolean {
    return this.storage.available;
  }

  async cursor(shard: Shard): Promise<number | undefined> {
    return this.storage.shard(shard).cursor;
  }

  async load(shard: Shard, room: RoomId): Promise<{ name: string; value: Uint8Array }[] | undefined> {
    const slots = this.storage.shard(shard).rooms.get(room);
    return slots === undefined ? undefined : [...slots].map(([name, value]) => ({ name, value: value.slice() }));
  }

  async write(shard: Shard, expected: number | undefined, cursor: number, changes: readonly RoomChange[]): Promise<'written' | 'other'> {
    const content = this.storage.shard(shard);
    if (content.cursor !== expected) return 'other';
    for (const change of changes) applyChange(content, change);
    content.cursor = cursor;
    return 'written';
  }

  async reset(shard: Shard): Promise<void> {
    const content = this.storage.shard(shard);
    content.cursor = undefined;
    content.rooms.clear();
    content.due.clear();
  }

  async due(shard: Shard, limit: number): Promise<DueRoom[]> {
    const due = Array.from(this.storage.shard(shard).due, ([room, dueMs]) => ({ room, dueMs }));
    return due.sort((a, b) => a.dueMs - b.dueMs).slice(0, limit);
  }

  async rooms(shard: Shard, pageToken: string, limit: number): Promise<{ rooms: RoomId[]; next: string }> {
    const all = [...this.storage.shard(shard).rooms.keys()].filter((room) => room > pageToken).sort();
    const rooms = all.slice(0, limit);
    return { rooms, next: all.length > limit ? rooms.at(-1)! : '' };
  }

  async close(): Promise<void> {}
}

function applyChange(content: ShardContent, change: RoomChange): void {
  const slots = content.rooms.get(change.room) ?? new Map<string, Uint8Array>();
  for (const { name, value } of change.slots) {
    if (value === undefined) slots.delete(name);
    else slots.set(name, value.slice());
  }
  if (slots.size === 0) content.rooms.delete(change.room);
  else content.rooms.set(change.room, slots);
  if (change.dueMs === 0 || slots.size === 0) content.due.delete(change.room);
  else content.due.set(change.room, change.dueMs);
}
