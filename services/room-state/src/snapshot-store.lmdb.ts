import type { Shard } from '@plaza/domain';
import { causeOf, systemClock, type Clock } from '@plaza/kit';
import { bigEndian, fromBigEndian, type Database, type RootDatabase } from '@plaza/kit/lmdb';
import { keptManifests, obsoleteSnapshots, type StartedSnapshot } from './snapshot-retention.js';
import { SnapshotsUnavailable, type SnapshotManifest, type SnapshotStore } from './snapshot-store.js';

/** Keys are shard (two bytes), kind (one byte), rest: manifests -> JSON, newest first; id -> started ms; id, 0, index -> chunk. */
const kinds = { manifests: 0, started: 1, chunk: 2 } as const;

function keyOf(shard: Shard, kind: number, ...rest: (string | Buffer)[]): Buffer {
  const head = Buffer.allocUnsafe(3);
  head.writeUInt16BE(shard, 0);
  head[2] = kind;
  return Buffer.concat([head, ...rest.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))]);
}

/** The snapshots of an embedded node. */
export class LmdbSnapshotStore implements SnapshotStore {
  readonly #table: Database<Buffer, Buffer>;

  constructor(
    store: RootDatabase<Buffer, Buffer>,
    private readonly clock: Clock = systemClock,
  ) {
    this.#table = store.openDB<Buffer, Buffer>({ name: 'snapshots', encoding: 'binary', keyEncoding: 'binary' });
  }

  async putChunk(shard: Shard, id: string, index: number, chunk: Uint8Array): Promise<void> {
    await asked(() =>
      this.#table.transaction(() => {
        const started = keyOf(shard, kinds.started, id);
        if (this.#table.get(started) === undefined) void this.#table.put(started, bigEndian(this.clock.now()));
        void this.#table.put(keyOf(shard, kinds.chunk, `${id}\0`, bigEndian(index)), Buffer.from(chunk));
      }),
    );
  }

  async commit(shard: Shard, manifest: SnapshotManifest): Promise<void> {
    await asked(() =>
      this.#table.transaction(() => {
        const before = this.#manifests(shard);
        const others = before.filter(({ id }) => id !== manifest.id);
        if (manifest.sequence < (before[0]?.sequence ?? 0)) {
          if (others.length === before.length) this.#remove(shard, manifest.id);
          return;
        }
        const manifests = [manifest, ...others];
        for (const id of obsoleteSnapshots(manifests, this.#started(shard), this.clock.now())) this.#remove(shard, id);
        void this.#table.put(keyOf(shard, kinds.manifests), Buffer.from(JSON.stringify(manifests.slice(0, keptManifests))));
      }),
    );
    await asked(() => this.#table.flushed);
  }

  newest(shard: Shard): Promise<SnapshotManifest | undefined> {
    return asked(() => this.#manifests(shard)[0]);
  }

  chunk(shard: Shard, id: string, index: number): Promise<Uint8Array | undefined> {
    return asked(() => this.#table.get(keyOf(shard, kinds.chunk, `${id}\0`, bigEndian(index))));
  }

  /** Whoever opened the store closes it. */
  async close(): Promise<void> {}

  #manifests(shard: Shard): SnapshotManifest[] {
    const stored = this.#table.get(keyOf(shard, kinds.manifests));
    return stored === undefined ? [] : (JSON.parse(stored.toString()) as SnapshotManifest[]);
  }

  #started(shard: Shard): StartedSnapshot[] {
    const range = this.#table.getRange({ start: keyOf(shard, kinds.started), end: keyOf(shard, kinds.started + 1) });
    return [...range].map(({ key, value }) => ({ id: key.toString('utf8', 3), startedMs: fromBigEndian(value) }));
  }

  #remove(shard: Shard, id: string): void {
    const chunks = this.#table.getKeys({ start: keyOf(shard, kinds.chunk, `${id}\0`), end: keyOf(shard, kinds.chunk, `${id}\x01`) });
    for (const key of [...chunks]) void this.#table.remove(key);
    void this.#table.remove(keyOf(shard, kinds.started, id));
  }
}

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new SnapshotsUnavailable(causeOf(error), { cause: error });
  }
}
