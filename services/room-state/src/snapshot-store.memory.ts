import type { Shard } from '@plaza/domain';
import { systemClock, type Clock } from '@plaza/kit';
import { keptManifests, obsoleteSnapshots } from './snapshot-retention.js';
import { SnapshotsUnavailable, type SnapshotManifest, type SnapshotStore } from './snapshot-store.js';

interface ShardSnapshots {
  /** Newest first. */
  manifests: SnapshotManifest[];
  readonly started: Map<string, { readonly startedMs: number; readonly chunks: Map<number, Uint8Array> }>;
}

/** What several MemorySnapshotStores have in common, as processes have one Cassandra. */
export class MemorySnapshotStorage {
  readonly #shards = new Map<Shard, ShardSnapshots>();
  /** False: every question rejects. What is stored stays. */
  available = true;

  shard(shard: Shard): ShardSnapshots {
    if (!this.available) throw new SnapshotsUnavailable('the snapshot store is away');
    let content = this.#shards.get(shard);
    if (content === undefined) this.#shards.set(shard, (content = { manifests: [], started: new Map() }));
    return content;
  }
}

/** Snapshots in this process's memory: for tests. */
export class MemorySnapshotStore implements SnapshotStore {
  constructor(
    private readonly storage = new MemorySnapshotStorage(),
    private readonly clock: Clock = systemClock,
  ) {}

  async putChunk(shard: Shard, id: string, index: number, chunk: Uint8Array): Promise<void> {
    const { started } = this.storage.shard(shard);
    const snapshot = started.get(id) ?? { startedMs: this.clock.now(), chunks: new Map<number, Uint8Array>() };
    snapshot.chunks.set(index, chunk.slice());
    started.set(id, snapshot);
  }

  async commit(shard: Shard, manifest: SnapshotManifest): Promise<void> {
    const content = this.storage.shard(shard);
    const others = content.manifests.filter(({ id }) => id !== manifest.id);
    if (manifest.sequence < (content.manifests[0]?.sequence ?? 0)) {
      if (others.length === content.manifests.length) content.started.delete(manifest.id);
      return;
    }
    const manifests = [manifest, ...others];
    const started = [...content.started].map(([id, { startedMs }]) => ({ id, startedMs }));
    for (const id of obsoleteSnapshots(manifests, started, this.clock.now())) content.started.delete(id);
    content.manifests = manifests.slice(0, keptManifests);
  }

  async newest(shard: Shard): Promise<SnapshotManifest | undefined> {
    return this.storage.shard(shard).manifests[0];
  }

  async chunk(shard: Shard, id: string, index: number): Promise<Uint8Array | undefined> {
    return this.storage.shard(shard).started.get(id)?.chunks.get(index)?.slice();
  }

  async close(): Promise<void> {}
}
