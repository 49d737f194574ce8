import { decideDue, type RoomId } from '@plaza/domain';
import { causeOf } from '@plaza/kit';
import type { LoadedRoom } from './loaded-room.js';
import { ProjectionUnavailable } from './projection.js';
import { nobody, queueEvents } from './queue-events.js';
import { contextOf, type ShardCore } from './shard-core.js';

/** A room that is due, but where nothing can be done yet, is looked at again after this: it must not stand before others for ever. */
const leastPauseMs = 5000;
/** Sleeping rooms that are woken at once; the others follow. */
const roomsAtOnce = 100;

/** What has fallen due (mutes that ended, seats of who is away, delayed closes): in rooms that are in memory, and in sleeping ones that the projection names. */
export async function wakeDue(core: ShardCore): Promise<void> {
  const nowMs = core.parts.clock.now();
  for (const room of core.rooms.all()) if (room.dueMs > 0 && room.dueMs <= nowMs) settleDue(core, room, nowMs);
  for (const id of await dueRooms(core, nowMs)) wake(core, id, nowMs);
}

async function dueRooms({ parts, writer }: ShardCore, nowMs: number): Promise<RoomId[]> {
  try {
    return await writer.due(nowMs, roomsAtOnce);
  } catch (error) {
    if (!(error instanceof ProjectionUnavailable)) parts.logger.error({ event: 'due-not-read', shard: parts.shard, cause: causeOf(error) });
    return [];
  }
}

function wake(core: ShardCore, id: RoomId, nowMs: number): void {
  core.rooms.with(id, {
    loaded: (room) => {
      // What the projection names is news only where it is not on its way there. It is looked at whatever the room itself says: one that was just
      // loaded begins to count anew.
      if (!room.pending && !core.writer.isDirty(id)) settleDue(core, room, nowMs);
    },
    unavailable: () => undefined,
  });
}

function settleDue(core: ShardCore, room: LoadedRoom, nowMs: number): void {
  if (core.outbox.full) return;
  const decision = decideDue(room.state, contextOf(core, room, { kind: 'clock' }, ''));
  if ('refusal' in decision) return;
  if (decision.events.length > 0) return void queueEvents(core, room, decision.events, decision.reply, nobody);
  room.lookLater(nowMs, leastPauseMs);
  if (!room.pending) core.writer.note(room.id, [], room.dueMs);
}
