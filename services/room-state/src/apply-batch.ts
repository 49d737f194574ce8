import { apply, noteStored, type RoomState } from '@plaza/domain';
import { Event } from '@plaza/proto/client';
import type { RoomBatch } from '@plaza/proto/log';

/**
 * A logged batch into a room's state, as it was decided. A batch that the room has already changes nothing. Answers the names of the slots that it
 * touched; the head is always among them.
 */
export function applyBatch(room: RoomState, batch: RoomBatch, sequence: number): Set<string> {
  const touched = new Set<string>(['head']);
  const fresh = batch.events.filter(({ position }) => position > room.last);
  for (const { event } of fresh) for (const name of apply(room, Event.decode(event))) touched.add(name);
  const stored = fresh.filter((event) => event.stored).length;
  if (stored > 0) noteStored(room, batch.bucket, stored);
  room.lastSequence = Math.max(room.lastSequence, sequence);
  return touched;
}
