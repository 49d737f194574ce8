import { slotsOf, type Audience, type RoomId } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import { Record, type LoggedEvent, type RoomBatch } from '@plaza/proto/log';
import type { StoredRecord } from '@plaza/log';
import { applyBatch } from './apply-batch.js';
import { bodyCaseOf } from '@plaza/protocol';
import { loggedControl } from './control.js';
import { batchFrame } from './live-frames.js';
import { acceptedOf, LoadedRoom } from './loaded-room.js';
import type { ProjectionWriter } from './projection-writer.js';
import { loadState } from './rebuild.js';
import type { RemovedLately } from './removed-lately.js';
import type { Repeats } from './repeats.js';
import type { ShardParts } from './shard-parts.js';

/** What of the log comes back into a new holder's memory. */
export interface ReplayTarget {
  readonly epoch: number;
  /** The projection holds everything up to here. */
  readonly cursor: number;
  /** Records since this moment fill rings and the table of repeats. */
  readonly sinceMs: number;
  readonly rooms: Map<RoomId, LoadedRoom>;
  readonly lastBatches: Map<RoomId, { readonly batch: RoomBatch; readonly sequence: number }>;
  readonly repeats: Repeats;
  readonly removed: RemovedLately;
  readonly writer: ProjectionWriter;
}

type Parts = Pick<ShardParts, 'shard' | 'projection' | 'clock' | 'limits'>;

/** One record, again: state as far as it is news, and the recent past in any case. */
export async function replayRecord(parts: Parts, target: ReplayTarget, { bytes, sequence }: StoredRecord): Promise<void> {
  const record = Record.decode(bytes);
  const recent = record.timeMs >= target.sinceMs;
  if (!recent && sequence <= target.cursor) return;
  for (const batch of record.batches) {
    const room = await roomOf(parts, target, batch.room as RoomId);
    replayState(target, room, batch, sequence, parts.clock.now());
    if (recent) replayPast(parts, target, room, batch, sequence, record.timeMs);
  }
}

async function roomOf(parts: Parts, target: ReplayTarget, id: RoomId): Promise<LoadedRoom> {
  const known = target.rooms.get(id);
  if (known !== undefined) return known;
  const room = new LoadedRoom(await loadState(parts, id), parts.clock.now(), parts.limits);
  target.rooms.set(id, room);
  return room;
}

function replayState({ cursor, writer }: ReplayTarget, room: LoadedRoom, batch: RoomBatch, sequence: number, nowMs: number): void {
  const touched = applyBatch(room.state, batch, sequence);
  room.accepted = acceptedOf(room.state);
  if (sequence <= cursor) return;
  const slots = slotsOf(room.state, touched);
  room.capture([...touched], nowMs);
  writer.note(room.id, slots, room.dueMs);
}

function replayPast(parts: Parts, target: ReplayTarget, room: LoadedRoom, batch: RoomBatch, sequence: number, timeMs: number): void {
  if (batch.events.length > 0) {
    const moment = { epoch: target.epoch, sequence, head: batch.last, accounts: 0, connections: 0, settling: true };
    const frame = batchFrame(batch, loggedControl(batch.events), moment);
    const { prev, last, previousSequence } = batch;
    room.ring.push({ prev, last, events: batch.events.length, frame, previousSequence }, parts.clock.now());
    target.lastBatches.set(room.id, { batch, sequence });
  }
  for (const logged of batch.events) replayEvent(target, room, logged, timeMs);
}

function replayEvent(
  { repeats, removed }: ReplayTarget,
  room: LoadedRoom,
  { event, audience, asker, commandId, reply, command }: LoggedEvent,
  timeMs: number,
): void {
  const decoded = Event.decode(event);
  removed.note(room.id, decoded);
  room.note(decoded, audienceOf(audience));
  if (commandId === '') return;
  repeats.remember(asker, commandId, { room: room.id, command: bodyCaseOf(command) ?? '', reply, atMs: timeMs, whenStored: undefined });
}

function audienceOf(audience: LoggedEvent['audience']): Audience {
  if (audience?.kind === undefined) return 'all';
  return audience.kind.$case === 'tags' ? { tags: audience.kind.value } : 'nobody';
}
