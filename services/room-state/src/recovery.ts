import { recentMs, type RoomId } from '@plaza/domain';
import type { RoomBatch } from '@plaza/proto/log';
import { readChain } from './chain-reader.js';
import type { LoadedRoom } from './loaded-room.js';
import { ProjectionWriter } from './projection-writer.js';
import { catchUp, rebuildProjection, unfinished } from './rebuild.js';
import { RecentEvents } from './recent-events.js';
import { RemovedLately } from './removed-lately.js';
import { replayRecords, type ReplayTarget } from './replay.js';
import { Repeats } from './repeats.js';
import type { ShardParts } from './shard-parts.js';

/** Clocks of former holders may differ from this one's by so much without a repeat being missed. */
const clockSkewMs = 5000;

/** The projection knows more than the log: the log has lost records, or they belong to different clusters. Somebody has to look. */
export class ProjectionAhead extends Error {
  override readonly name = 'ProjectionAhead';
}

/** A shard's rooms and recent past in memory. */
export interface Past {
  readonly rooms: Map<RoomId, LoadedRoom>;
  /** The newest batch of each room that was active lately: published again, for the former holder may have died before it did. */
  readonly lastBatches: Map<RoomId, { readonly batch: RoomBatch; readonly sequence: number }>;
  readonly repeats: Repeats;
  readonly removed: RemovedLately;
  readonly events: RecentEvents;
}

/** The past of a shard that another still holds, read as far as the projection was then: what follows is read after the claim. */
export interface PreparedPast {
  readonly past: Past;
  readonly through: number;
  readonly sinceMs: number;
}

/** A shard as its new holder knows it once it has read its own claim. */
export interface Recovered extends Past {
  readonly writer: ProjectionWriter;
}

/**
 * From the claim to a shard that can serve: the projection (made anew where it is gone), then the log from whichever is older, the projection's cursor
 * or a minute ago, until the own claim is read; what was prepared is not read again. What the former holder had accepted is all before the claim; nothing
 * of it can come after. Rejects where the projection or the log cannot be asked; the caller tries again, with nothing prepared.
 */
export async function recover(
  parts: ShardParts,
  epoch: number,
  signal: AbortSignal,
  rebuild: (sequence: number) => Promise<number | undefined>,
  prepared?: PreparedPast,
): Promise<Recovered> {
  const start = (prepared && (await going(parts, epoch, prepared))) ?? (await anew(parts, epoch, signal));
  const writer = new ProjectionWriter({ ...parts, epoch, rebuild }, start.cursor);
  await replay(parts, { ...start, ...start.past, writer }, epoch, signal);
  writer.noteSequence(epoch);
  return { ...start.past, writer };
}

/** Reads what can be read of a shard before it is claimed. Undefined: its projection is gone, or far behind; whoever claims it mends that. */
export async function prepare(parts: ShardParts, signal: AbortSignal): Promise<PreparedPast | undefined> {
  const { shard, projection, pasts } = parts;
  const through = await projection.cursor(shard);
  if (through === undefined || through === unfinished) return undefined;
  const sinceMs = pastBegins(parts);
  const after = await pasts.before(shard, through, sinceMs);
  const past = emptyPast(parts);
  // The projection has all of it, and its holder writes it on.
  const writer = { note: () => undefined };
  await replay(parts, { ...past, cursor: through, sinceMs, writer, after, known: through }, through, signal);
  return { past, through, sinceMs };
}

/** Where reading the log begins: above `after`; up to `known` records may have aged out. */
interface Start {
  readonly past: Past;
  readonly cursor: number;
  readonly sinceMs: number;
  readonly after: number;
  readonly known: number;
}

/** Where prepared reading goes on; undefined: the projection is not that any more which it was read beside. What was written since is written again. */
async function going(
  { projection, shard }: ShardParts,
  epoch: number,
  { past, through, sinceMs }: PreparedPast,
): Promise<Start | undefined> {
  const stored = await projection.cursor(shard);
  if (stored === undefined || stored < through || stored > epoch) return undefined;
  return { past, cursor: through, sinceMs, after: through, known: through };
}

async function anew(parts: ShardParts, epoch: number, signal: AbortSignal): Promise<Start> {
  const sinceMs = pastBegins(parts);
  const { shard, pasts, projection } = parts;
  const [recent, stored] = await Promise.all([pasts.before(shard, epoch, sinceMs), projection.cursor(shard)]);
  const cursor = await preparedCursor(parts, stored, epoch, recent, signal);
  return { past: emptyPast(parts), cursor, sinceMs, after: Math.min(recent, cursor), known: cursor };
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

async function replay(
  parts: ShardParts,
  target: ReplayTarget & Pick<Start, 'after' | 'known'>,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  const { log, shard, clock } = parts;
  const { after, known } = target;
  for await (const page of readChain({ log, shard, clock, signal, after, known, until })) await replayRecords(parts, target, page);
}

const pastBegins = ({ clock, settings }: ShardParts): number => clock.now() - Math.max(settings.repeatMs, recentMs) - clockSkewMs;

const emptyPast = ({ settings }: ShardParts): Past => ({
  rooms: new Map(),
  lastBatches: new Map(),
  repeats: new Repeats(settings.repeatMs),
  removed: new RemovedLately(settings.repeatMs),
  events: new RecentEvents(),
});
