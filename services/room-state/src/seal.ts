import { bucketFor, noteStored, type Limits } from '@plaza/domain';
import type { Skipped } from '@plaza/proto/client';
import type { LoggedEvent, RoomBatch } from '@plaza/proto/log';
import type { Accepted, LoadedRoom } from './loaded-room.js';
import { allOf, type QueuedCommand } from './outbox-queue.js';

/** A record is cut above this; it may hold one command more. */
export const recordBytes = 256 * 1024;

/** One room's part of a record, and what it is in memory once the record is in the log. */
export interface SealedBatch {
  readonly room: LoadedRoom;
  readonly batch: RoomBatch;
  readonly commands: readonly QueuedCommand[];
  readonly bytes: number;
  /** All but the record's sequence, which the log gives. */
  readonly accepted: Omit<Accepted, 'lastSequence'>;
}

/**
 * Takes what is queued in these rooms, in the order in which they became ready, up to the size of a record. A room whose queue is empty afterwards is
 * removed from `ready`; one that was cut goes behind the others.
 */
export function sealRooms(ready: Set<LoadedRoom>, mayGo: (room: LoadedRoom) => boolean, limits: Limits): SealedBatch[] {
  const sealed: SealedBatch[] = [];
  let bytes = 0;
  for (const room of [...ready]) {
    if (bytes >= recordBytes) break;
    if (!mayGo(room)) continue;
    ready.delete(room);
    const batch = sealRoom(room, recordBytes - bytes, limits);
    bytes += batch.bytes;
    sealed.push(batch);
    if (room.queue.length > 0) ready.add(room);
  }
  return sealed;
}

function sealRoom(room: LoadedRoom, roomBytes: number, limits: Limits): SealedBatch {
  const commands = takeCommands(room, roomBytes);
  const events = allOf(commands, (command) => command.events);
  const { last: prev, lastSequence: previousSequence } = room.accepted;
  const last = events.at(-1)?.position ?? prev;
  const stored = events.filter((event) => event.stored);
  if (stored.length > 0) noteStored(room.state, bucketFor(room.state, stored[0]!.position, limits), stored.length);
  const { bucket, bucketCount } = room.state;
  const tally = room.tally;
  const skipped = takeSkipped(room, events);
  room.tally = undefined;
  room.inFlight = commands;
  return {
    room,
    batch: { room: room.id, prev, last, bucket, previousSequence, events, tally, skipped, historyDays: room.state.settings.historyDays },
    commands,
    bytes: commands.reduce((sum, command) => sum + command.bytes, 0),
    accepted: { last, bucket, bucketCount },
  };
}

function takeCommands(room: LoadedRoom, mostBytes: number): QueuedCommand[] {
  let bytes = 0;
  let count = 0;
  while (count < room.queue.length && (count === 0 || bytes < mostBytes)) bytes += room.queue[count++]!.bytes;
  return room.queue.splice(0, count);
}

/** Told with the next events that anybody sees. */
function takeSkipped({ skipped }: LoadedRoom, events: readonly LoggedEvent[]): Skipped[] {
  if (skipped.size === 0 || !events.some(({ audience }) => audience?.kind?.$case !== 'nobody')) return [];
  const told = Array.from(skipped, ([messageClass, count]) => ({ class: messageClass, count }));
  skipped.clear();
  return told;
}
