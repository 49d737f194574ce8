import type { SnapshotManifest } from './snapshot-store.js';

export interface StartedSnapshot {
  readonly id: string;
  /** When its first chunk was put, Unix ms. */
  readonly startedMs: number;
}

/** A snapshot without a manifest is still being written for this long; after it, its writer is taken for gone. */
export const unfinishedMs = 3_600_000;

/** The newest two: one to read now, one for a reader that has begun with the one before. */
export const keptManifests = 2;

/** The snapshots of a shard whose chunks may go. `manifests` newest first. */
export function obsoleteSnapshots(manifests: readonly SnapshotManifest[], started: readonly StartedSnapshot[], nowMs: number): string[] {
  const kept = new Set(manifests.slice(0, keptManifests).map(({ id }) => id));
  const finished = new Set(manifests.map(({ id }) => id));
  return started.filter(({ id, startedMs }) => !kept.has(id) && (finished.has(id) || startedMs < nowMs - unfinishedMs)).map(({ id }) => id);
}
