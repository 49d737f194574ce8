import type { Event } from '@plaza/proto/client';
import type { Applier, EventCase } from './events/applier.js';
import { memberEvents } from './events/members.js';
import { messageEvents } from './events/messages.js';
import { queueEvents } from './events/queue.js';
import { roomEvents } from './events/room.js';
import type { RoomState } from './types.js';

const appliers: { readonly [C in EventCase]: Applier<C> } = { ...memberEvents, ...messageEvents, ...queueEvents, ...roomEvents };

/**
 * The only way a room's logged state changes, in place. Answers the names of the slots that it touched. An event that the room has already (a position not
 * above its last) changes nothing; one of an unknown kind only moves the room on.
 */
export function apply(room: RoomState, event: Event): readonly string[] {
  if (event.position <= room.last) return [];
  room.last = event.position;
  const { kind } = event;
  return kind ? ['head', ...(appliers[kind.$case] as Applier<EventCase>)(room, event, kind.value)] : ['head'];
}
