import type { Shard } from '@plaza/domain';
import { SnapshotsUnavailable, type SnapshotManifest, type SnapshotStore } from './snapshot-store.js';

interface ShardSnapshots {
  /** Newest first; at most two. */
  manifests: SnapshotManifest[];
  readonly chunks: Map<string, Map<number, Uint8Array>>;
}

/** What several MemorySnapshotStores have in common, as processes have one Cassandra. */
export class MemorySnapshotStorage {
  readonly #shards = new Map<Shard, ShardSnapshots>();
  /** False: every question rejects. What is stored stays. */
  available = true;

  shard(shard: Shard): ShardSnapshots {
    if (!this.available) throw new SnapshotsUnavailable('the snapshot store is away');
    let content = this.#shards.get(shard);
    if (content === undefined) this.#shards.set(shard, (content = { manifests: [], chunks: new Map() }));
    return content;
  }
}

/** Snapshots in this process's memory: for tests. */
export class MemorySnapshotStore implements SnapshotStore {
  constructor(private readonly storage = new MemorySnapshotStorage()) {}

  async putChunk(shard: Shard, id: string, index: number, chunk: Uint8Array): Promise<void> {
    const { chunks } = this.storage.shard(shard);
    const ofSnapshot = chunks.get(id) ?? new Map<number, Uint8Array>();
    chunks.set(id, ofSnapshot.set(index, chunk.slice()));
  }

  async commit(shard: Shard, manifest: SnapshotManifest): Promise<void> {
    const content = this.storage.shard(shard);
    const newest = content.manifests[0];
    if (newest !== undefined && manifest.sequence < newest.sequence) {
      if (content.manifests.every((kept) => kept.id !== manifest.id)) content.chunks.delete(manifest.id);
      return;
    }
    const others = content.manifests.filter((kept) => kept.id !== manifest.id);
    content.manifests = [manifest, ...others.slice(0, 1)];
    for (const old of others.slice(1)) content.chunks.delete(old.id);
  }

  async newest(shard: Shard): Promise<SnapshotManifest | undefined> {
    return this.storage.shard(shard).manifests[0];
  }

  async chunk(shard: Shard, id: string, index: number): Promise<Uint8Array | undefined> {
    return this.storage.shard(shard).chunks.get(id)?.get(index)?.slice();
  }

  async close(): Promise<void> {}
}
