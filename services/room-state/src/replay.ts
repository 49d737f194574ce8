import { setImmediate } from 'node:timers/promises';
import { slotsOf, type Audience, type RoomId } from '@plaza/domain';
import { copied } from '@plaza/kit';
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
import type { RecentEvents } from './recent-events.js';
import type { RemovedLately } from './removed-lately.js';
import type { Repeats } from './repeats.js';
import type { ShardParts } from './shard-parts.js';

/** What of the log comes back into a new holder's memory. */
export interface ReplayTarget {
  /** The projection holds everything up to here. */
  readonly cursor: number;
  /** Records since this moment fill rings and the table of repeats. */
  readonly sinceMs: number;
  readonly rooms: Map<RoomId, LoadedRoom>;
  readonly lastBatches: Map<RoomId, { readonly batch: RoomBatch; readonly sequence: number }>;
  readonly repeats: Repeats;
  readonly removed: RemovedLately;
  readonly events: RecentEvents;
  readonly writer: Pick<ProjectionWriter, 'note'>;
}

type Parts = Pick<ShardParts, 'shard' | 'projection' | 'clock' | 'limits'>;

/** Rooms that are loaded together. */
const loadsAtOnce = 100;
/** Records between two turns for everybody else in this process. */
const recordsAtOnce = 64;

/** Records, again: state as far as it is news, and the recent past in any case. */
export async function replayRecords(parts: Parts, target: ReplayTarget, page: readonly StoredRecord[]): Promise<void> {
  for (let at = 0; at < page.length; at += recordsAtOnce) {
    const records = page.slice(at, at + recordsAtOnce).map(({ bytes, sequence }) => ({ record: Record.decode(bytes), sequence }));
    const news = records.filter(({ record, sequence }) => isRecent(target, record) || sequence > target.cursor);
    await loadRooms(parts, target, new Set(news.flatMap(({ record }) => record.batches.map(({ room }) => room as RoomId))));
    for (const { record, sequence } of news) replayRecord(parts, target, record, sequence);
    if (at + recordsAtOnce < page.length) await setImmediate();
  }
}

const isRecent = ({ sinceMs }: ReplayTarget, { timeMs }: Record): boolean => timeMs >= sinceMs;

async function loadRooms(parts: Parts, { rooms }: ReplayTarget, wanted: ReadonlySet<RoomId>): Promise<void> {
  const missing = [...wanted].filter((room) => !rooms.has(room));
  for (let at = 0; at < missing.length; at += loadsAtOnce) {
    const load = async (id: RoomId): Promise<unknown> =>
      rooms.set(id, new LoadedRoom(await loadState(parts, id), parts.clock.now(), parts.limits));
    await Promise.all(missing.slice(at, at + loadsAtOnce).map(load));
  }
}

function replayRecord(parts: Parts, target: ReplayTarget, record: Record, sequence: number): void {
  for (const batch of record.batches) {
    const room = target.rooms.get(batch.room as RoomId)!;
    replayState(target, room, batch, sequence, parts.clock.now());
    if (isRecent(target, record)) replayPast(parts, target, room, batch, sequence, record);
  }
}

function replayState({ cursor, writer }: ReplayTarget, room: LoadedRoom, batch: RoomBatch, sequence: number, nowMs: number): void {
  const touched = applyBatch(room.state, batch, sequence);
  room.accepted = acceptedOf(room.state);
  if (sequence <= cursor) return;
  const slots = slotsOf(room.state, touched);
  room.capture([...touched], nowMs);
  writer.note(room.id, slots, room.dueMs);
}

function replayPast(
  parts: Parts,
  target: ReplayTarget,
  room: LoadedRoom,
  batch: RoomBatch,
  sequence: number,
  { epoch, timeMs }: Record,
): void {
  if (batch.events.length > 0) {
    const moment = { epoch, sequence, head: batch.last, accounts: 0, connections: 0, settling: true };
    const frame = batchFrame(batch, loggedControl(batch.events), moment);
    const { prev, last, previousSequence } = batch;
    room.ring.push({ prev, last, events: batch.events.length, frame, previousSequence }, parts.clock.now());
    target.lastBatches.set(room.id, { batch, sequence });
    target.events.note(batch.events.length, timeMs);
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
  // Copies: what is kept of an event does not keep its record.
  room.recent.note(decoded, copied(event), audienceOf(audience));
  if (commandId === '') return;
  repeats.remember(asker, commandId, { room: room.id, command: bodyCaseOf(command) ?? '', reply, atMs: timeMs });
}

function audienceOf(audience: LoggedEvent['audience']): Audience {
  if (audience?.kind === undefined) return 'all';
  return audience.kind.$case === 'tags' ? { tags: audience.kind.value } : 'nobody';
}
