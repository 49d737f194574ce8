import type { RoomId, Shard } from '@plaza/domain';

/** One room's changed slots; `value` undefined removes the slot. */
export interface RoomChange {
  readonly room: RoomId;
  readonly slots: readonly { readonly name: string; readonly value: Uint8Array | undefined }[];
  /** When the room next wants to be woken (mute end), Unix ms; 0: never. */
  readonly dueMs: number;
}

/** A room that wants to be woken, and when. */
export type DueRoom = Pick<RoomChange, 'room' | 'dueMs'>;

/**
 * Each shard's rooms as of a log sequence, at most about a second behind the log. It can always be rebuilt; it decides nothing.
 * Rejects with ProjectionUnavailable when it cannot be asked.
 */
export interface Projection {
  /** Whether it can be asked now, as far as is known without asking. A process that cannot is handed no shards: it could not serve them. */
  readonly available: boolean;

  /** The sequence up to which the shard is written; undefined: there is none (a new shard, or everything was lost: the caller rebuilds). */
  cursor(shard: Shard): Promise<number | undefined>;

  /** A room's slots, all of one moment; undefined: not in the projection. */
  load(shard: Shard, room: RoomId): Promise<{ name: string; value: Uint8Array }[] | undefined>;

  /**
   * Applies all changes and moves the cursor, in one step, if the stored cursor is `expected` (undefined: none is stored). 'other': nothing was
   * written, somebody else wrote or the data went back in time; the caller rebuilds. A room without slots is no longer in the projection.
   */
  write(shard: Shard, expected: number | undefined, cursor: number, changes: readonly RoomChange[]): Promise<'written' | 'other'>;

  /** Removes everything of the shard, cursor too: the start of a rebuild. */
  reset(shard: Shard): Promise<void>;

  /** Earliest first. */
  due(shard: Shard, limit: number): Promise<DueRoom[]>;

  /** All rooms of the shard in pages, for snapshots. A room that changes meanwhile is given once, old or new. */
  rooms(shard: Shard, pageToken: string, limit: number): Promise<{ rooms: RoomId[]; next: string }>;

  close(): Promise<void>;
}

export class ProjectionUnavailable extends Error {
  override readonly name = 'ProjectionUnavailable';
}
