import type { Shard } from '@plaza/domain';

export interface SnapshotManifest {
  /** Unique in its shard. */
  readonly id: string;
  /** Every record up to this log sequence is in it; rooms may be newer (applying a record again is harmless). */
  readonly sequence: number;
  readonly chunks: number;
  readonly takenMs: number;
}

/** Whole shards at a log sequence. A snapshot is there when its manifest is. Rejects with SnapshotsUnavailable when it cannot be asked. */
export interface SnapshotStore {
  /** Chunks (each an encoded plaza.v1.SnapshotChunk, <= 1 MiB) come before their manifest. */
  putChunk(shard: Shard, id: string, index: number, chunk: Uint8Array): Promise<void>;
  /** Makes the snapshot the shard's newest and lets older ones go, all but the one before. A lower sequence than the newest's is ignored. */
  commit(shard: Shard, manifest: SnapshotManifest): Promise<void>;
  newest(shard: Shard): Promise<SnapshotManifest | undefined>;
  chunk(shard: Shard, id: string, index: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

export class SnapshotsUnavailable extends Error {
  override readonly name = 'SnapshotsUnavailable';
}
