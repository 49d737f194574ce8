import { newRoom, nextDueMs, roomFromSlots, slotsOf, type RoomId, type RoomState } from '@plaza/domain';
import { Record, SnapshotChunk } from '@plaza/proto/log';
import type { StoredRecord } from '@plaza/log';
import { applyBatch } from './apply-batch.js';
import { LogHole, readChain } from './chain-reader.js';
import type { RoomChange } from './projection.js';
import type { ShardParts } from './shard-parts.js';

/** A projection with this cursor is being rebuilt from a snapshot: whoever finds it starts again. Log sequences start at 1. */
export const unfinished = 0;

/** The projection was written by somebody else meanwhile. */
export class ProjectionTaken extends Error {
  override readonly name = 'ProjectionTaken';
}

/** The shard's newest snapshot knows more than the log: the log was put back to an older day, or is another's. Somebody has to look. */
export class SnapshotAhead extends Error {
  override readonly name = 'SnapshotAhead';
}

type Parts = Pick<ShardParts, 'shard' | 'log' | 'projection' | 'snapshots' | 'clock' | 'logger' | 'limits'>;

/**
 * Makes the shard's projection anew: the newest snapshot, then the log up to `until`, a record of the shard that is known to be there. Without a
 * snapshot the log has to begin with the shard's first record, otherwise LogHole. Answers the cursor. Whoever calls this has just proved to
 * be the holder.
 */
export async function rebuildProjection(parts: Parts, until: number, signal: AbortSignal): Promise<number> {
  const { shard, projection, snapshots, logger } = parts;
  const manifest = await snapshots.newest(shard);
  if (manifest !== undefined && manifest.sequence > until)
    throw new SnapshotAhead(`shard ${shard}: its snapshot is of ${manifest.sequence}, the log only at ${until}`);
  await projection.reset(shard);
  // A shard without a past has nothing to make anew; that it had to be done for any other is news.
  const born = manifest === undefined && (await parts.log.at(shard, until))?.expected === 0;
  logger[born ? 'debug' : 'warn']({ event: 'projection-rebuild', shard, until, snapshot: manifest?.sequence ?? null });
  if (manifest === undefined) return catchUp(parts, undefined, until, signal);
  for (let index = 0; index < manifest.chunks; index++) {
    const chunk = await snapshots.chunk(shard, manifest.id, index);
    if (chunk === undefined) throw new LogHole(`shard ${shard}: snapshot ${manifest.id} lacks its chunk ${index}`);
    await write(parts, index === 0 ? undefined : unfinished, unfinished, changesOf(parts, chunk));
  }
  await write(parts, manifest.chunks === 0 ? undefined : unfinished, manifest.sequence, []);
  return catchUp(parts, manifest.sequence, until, signal);
}

/** Brings the projection from its cursor to `until`, a page of records at a time, with no more rooms in memory than a page touches. */
export async function catchUp(parts: Parts, cursor: number | undefined, until: number, signal: AbortSignal): Promise<number> {
  const { log, shard, clock } = parts;
  const known = cursor ?? 0;
  let at = cursor;
  for await (const page of readChain({ log, shard, clock, signal, after: known, known, until })) {
    const next = page.at(-1)!.sequence;
    await write(parts, at, next, await changesOfPage(parts, page));
    at = next;
  }
  return at ?? 0;
}

async function write({ shard, projection }: Parts, expected: number | undefined, cursor: number, changes: RoomChange[]): Promise<void> {
  if ((await projection.write(shard, expected, cursor, changes)) === 'other')
    throw new ProjectionTaken(`shard ${shard}: another holder writes its projection`);
}

function changesOf({ clock, limits }: Parts, chunk: Uint8Array): RoomChange[] {
  return SnapshotChunk.decode(chunk).rooms.map(({ room, slots }) => {
    const id = room as RoomId;
    return { room: id, slots, dueMs: nextDueMs(roomFromSlots(id, slots), clock.now(), limits) };
  });
}

async function changesOfPage(parts: Parts, page: readonly StoredRecord[]): Promise<RoomChange[]> {
  const rooms = new Map<string, { state: RoomState; touched: Set<string> }>();
  for (const { bytes, sequence } of page) {
    for (const batch of Record.decode(bytes).batches) {
      const known = rooms.get(batch.room) ?? { state: await loadState(parts, batch.room as RoomId), touched: new Set<string>() };
      rooms.set(batch.room, known);
      for (const name of applyBatch(known.state, batch, sequence)) known.touched.add(name);
    }
  }
  const due = (state: RoomState): number => nextDueMs(state, parts.clock.now(), parts.limits);
  return Array.from(rooms.values(), ({ state, touched }) => ({ room: state.id, slots: slotsOf(state, touched), dueMs: due(state) }));
}

/** A room as the projection has it; a new one where it has none. */
export async function loadState({ shard, projection }: Pick<Parts, 'shard' | 'projection'>, room: RoomId): Promise<RoomState> {
  const slots = await projection.load(shard, room);
  return slots === undefined ? newRoom(room) : roomFromSlots(room, slots);
}
