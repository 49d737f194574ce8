import type { Shard } from '@plaza/domain';
import { causeOf, systemClock, type Clock } from '@plaza/kit';
import type { Client, types } from 'cassandra-driver';
import { keptManifests, obsoleteSnapshots, type StartedSnapshot } from './snapshot-retention.js';
import { SnapshotsUnavailable, type SnapshotManifest, type SnapshotStore } from './snapshot-store.js';

/** For kit `prepareKeyspace`. */
export const snapshotTables: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS snapshot_chunks (shard int, id text, chunk_index int, chunk blob, PRIMARY KEY ((shard, id), chunk_index))',
  'CREATE TABLE IF NOT EXISTS snapshot_starts (shard int, id text, started_ms bigint, PRIMARY KEY (shard, id))',
  `CREATE TABLE IF NOT EXISTS snapshot_manifests (shard int, sequence bigint, id text, chunks int, taken_ms bigint, PRIMARY KEY (shard, sequence, id))
   WITH CLUSTERING ORDER BY (sequence DESC, id DESC)`,
];

/**
 * Snapshots in Cassandra, without light-weight transactions: manifests are rows in the order of their sequences, so two writers of one shard cannot
 * hide each other's. What goes, goes manifest first, and its start last: a removal that broke off is found again by the next commit.
 */
export class CassandraSnapshotStore implements SnapshotStore {
  constructor(
    private readonly client: Client,
    private readonly clock: Clock = systemClock,
  ) {}

  async putChunk(shard: Shard, id: string, index: number, chunk: Uint8Array): Promise<void> {
    if (index === 0)
      await this.#run('INSERT INTO snapshot_starts (shard, id, started_ms) VALUES (?, ?, ?)', [shard, id, BigInt(this.clock.now())]);
    await this.#run('INSERT INTO snapshot_chunks (shard, id, chunk_index, chunk) VALUES (?, ?, ?, ?)', [
      shard,
      id,
      index,
      Buffer.from(chunk),
    ]);
  }

  async commit(shard: Shard, manifest: SnapshotManifest): Promise<void> {
    const { id, sequence, chunks, takenMs } = manifest;
    const before = await this.#manifests(shard);
    if (sequence < (before[0]?.sequence ?? 0)) {
      if (before.every((other) => other.id !== id)) await this.#remove(shard, id);
      return;
    }
    await this.#run('INSERT INTO snapshot_manifests (shard, sequence, id, chunks, taken_ms) VALUES (?, ?, ?, ?, ?)', [
      shard,
      BigInt(sequence),
      id,
      chunks,
      BigInt(takenMs),
    ]);
    await this.#letGo(shard);
  }

  async newest(shard: Shard): Promise<SnapshotManifest | undefined> {
    const { rows } = await this.#run('SELECT sequence, id, chunks, taken_ms FROM snapshot_manifests WHERE shard = ? LIMIT 1', [shard]);
    return rows.map(manifestOf)[0];
  }

  async chunk(shard: Shard, id: string, index: number): Promise<Uint8Array | undefined> {
    const { rows } = await this.#run('SELECT chunk FROM snapshot_chunks WHERE shard = ? AND id = ? AND chunk_index = ?', [
      shard,
      id,
      index,
    ]);
    return rows[0]?.get('chunk') as Buffer | undefined;
  }

  async close(): Promise<void> {
    await this.client.shutdown();
  }

  async #letGo(shard: Shard): Promise<void> {
    const manifests = await this.#manifests(shard);
    const obsolete = obsoleteSnapshots(manifests, await this.#starts(shard), this.clock.now());
    for (const { sequence, id } of manifests.slice(keptManifests)) {
      await this.#run('DELETE FROM snapshot_manifests WHERE shard = ? AND sequence = ? AND id = ?', [shard, BigInt(sequence), id]);
    }
    for (const id of obsolete) await this.#remove(shard, id);
  }

  async #manifests(shard: Shard): Promise<SnapshotManifest[]> {
    const { rows } = await this.#run('SELECT sequence, id, chunks, taken_ms FROM snapshot_manifests WHERE shard = ?', [shard]);
    return rows.map(manifestOf);
  }

  async #starts(shard: Shard): Promise<StartedSnapshot[]> {
    const { rows } = await this.#run('SELECT id, started_ms FROM snapshot_starts WHERE shard = ?', [shard]);
    return rows.map((row) => ({ id: row.get('id') as string, startedMs: Number(row.get('started_ms')) }));
  }

  async #remove(shard: Shard, id: string): Promise<void> {
    await this.#run('DELETE FROM snapshot_chunks WHERE shard = ? AND id = ?', [shard, id]);
    await this.#run('DELETE FROM snapshot_starts WHERE shard = ? AND id = ?', [shard, id]);
  }

  async #run(statement: string, parameters: unknown[]): Promise<types.ResultSet> {
    try {
      return await this.client.execute(statement, parameters);
    } catch (error) {
      throw new SnapshotsUnavailable(causeOf(error), { cause: error });
    }
  }
}

const manifestOf = (row: types.Row): SnapshotManifest => ({
  id: row.get('id') as string,
  sequence: Number(row.get('sequence')),
  chunks: row.get('chunks') as number,
  takenMs: Number(row.get('taken_ms')),
});
