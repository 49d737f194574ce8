import type { Context, Actor, PresenceView, RoomId } from '@plaza/domain';
import type { LoadedRoom } from './loaded-room.js';
import type { Outbox } from './outbox.js';
import type { ProjectionWriter } from './projection-writer.js';
import type { RemovedLately } from './removed-lately.js';
import type { Repeats } from './repeats.js';
import type { Rooms } from './rooms.js';
import type { Sessions } from './sessions.js';
import type { ShardParts } from './shard-parts.js';

/** What the handlers of a held shard work on. */
export interface ShardCore {
  readonly parts: ShardParts;
  readonly epoch: number;
  readonly rooms: Rooms;
  readonly sessions: Sessions;
  readonly repeats: Repeats;
  readonly removed: RemovedLately;
  readonly writer: ProjectionWriter;
  readonly outbox: Outbox;
  /** Accounts whose last known session went while counts settle: another of theirs may yet be announced. */
  readonly deferredLeaves: Map<RoomId, Map<string, Actor>>;
  /** True until every edge has announced what it holds, or had time to. */
  settling(): boolean;
}

export const contextOf = (core: ShardCore, room: LoadedRoom, actor: Actor, commandId: string, presence?: PresenceView): Context => ({
  nowMs: core.parts.clock.now(),
  actor,
  commandId,
  presence: presence ?? core.sessions.of(room.id),
  recent: room.recent,
  limits: core.parts.limits,
});
