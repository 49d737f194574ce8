import { recentMs, type RoomId } from '@plaza/domain';
import type { RoomBatch } from '@plaza/proto/log';
import { readChain } from './chain-reader.js';
import type { LoadedRoom } from './loaded-room.js';
import { ProjectionWriter } from './projection-writer.js';
import { catchUp, rebuildProjection, unfinished } from './rebuild.js';
import { RecentEvents } from './recent-events.js';
import { RemovedLately } from './removed-lately.js';
import { replayRecords } from './replay.js';
import { Repeats } from './repeats.js';
import type { ShardParts } from './shard-parts.js';

/** Clocks of former holders may differ from this one's by so much without a repeat being missed. */
const clockSkewMs = 5000;

/** The projection knows more than the log: the log has lost records, or they belong to different clusters. Somebody has to look. */
export class ProjectionAhead extends Error {
  override readonly name = 'ProjectionAhead';
}

/** A shard as its new holder knows it once it has read its own claim. */
export interface Recovered {
  readonly rooms: Map<RoomId, LoadedRoom>;
  /** The newest batch of each room that was active lately: published again, for the former holder may have died before it did. */
  readonly lastBatches: Map<RoomId, { readonly batch: RoomBatch; readonly sequence: number }>;
  readonly repeats: Repeats;
  readonly removed: RemovedLately;
  readonly events: RecentEvents;
  readonly writer: ProjectionWriter;
}

/**
 * From the claim to a shard that can serve: the projection (made anew where it is gone), then the log from whichever is older, the projection's cursor
 * or a minute ago, until the own claim is read. What the former holder had accepted is all before the claim; nothing of it can come after.
 * Rejects where the projection or the log cannot be asked; the caller tries again.
 */
export async function recover(
  parts: ShardParts,
  epoch: number,
  signal: AbortSignal,
  rebuild: (sequence: number) => Promise<number | undefined>,
): Promise<Recovered> {
  const { shard, log, clock, settings, pasts, projection } = parts;
  const sinceMs = clock.now() - Math.max(settings.repeatMs, recentMs) - clockSkewMs;
  const [recent, stored] = await Promise.all([pasts.before(shard, epoch, sinceMs), projection.cursor(shard)]);
  const cursor = await preparedCursor(parts, stored, epoch, recent, signal);
  const recovered = {
    rooms: new Map<RoomId, LoadedRoom>(),
    lastBatches: new Map<RoomId, { batch: RoomBatch; sequence: number }>(),
    repeats: new Repeats(settings.repeatMs),
    removed: new RemovedLately(settings.repeatMs),
    events: new RecentEvents(),
    writer: new ProjectionWriter({ ...parts, epoch, rebuild }, cursor),
  };
  const target = { ...recovered, epoch, cursor, sinceMs };
  const after = Math.min(recent, cursor);
  for await (const page of readChain({ log, shard, clock, signal, after, known: cursor, until: epoch })) {
    await replayRecords(parts, target, page);
  }
  recovered.writer.noteSequence(epoch);
  return recovered;
}

/** The projection's cursor, brought near enough to the claim that what is above it fits into memory. */
async function preparedCursor(
  parts: ShardParts,
  cursor: number | undefined,
  epoch: number,
  recent: number,
  signal: AbortSignal,
): Promise<number> {
  const { shard } = parts;
  if (cursor === undefined || cursor === unfinished) return rebuildProjection(parts, epoch, signal);
  if (cursor > epoch) throw new ProjectionAhead(`shard ${shard}: the projection is at ${cursor}, the log only at ${epoch}`);
  return cursor < recent ? catchUp(parts, cursor, epoch, signal) : cursor;
}
