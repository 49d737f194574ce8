import { isCreated, type RoomId } from '@plaza/domain';
import { NoticesMode } from '@plaza/proto/client';
import { signalFrame } from './live-frames.js';
import type { LoadedRoom } from './loaded-room.js';
import type { RoomPresence } from './room-presence.js';
import type { ShardCore } from './shard-core.js';

const firstHeadMs = 1000;
const secondHeadMs = 5000;
const furtherHeadsMs = 30_000;

/** Every second: rooms whose counts changed say so, and quiet rooms with members repeat their head, so that a lost last batch is noticed. */
export function signal(core: ShardCore): void {
  const nowMs = core.parts.clock.now();
  for (const [id, presence] of core.sessions.rooms()) {
    const room = core.rooms.get(id);
    const headDue = room !== undefined && presence.connections > 0 && isHeadDue(room, nowMs);
    if (presence.changed || headDue) publish(core, id, presence, room, nowMs);
    if (headDue) room.headSignals++;
  }
}

function isHeadDue({ lastBatchMs, headSignals }: LoadedRoom, nowMs: number): boolean {
  const quietMs = nowMs - lastBatchMs;
  if (headSignals === 0) return quietMs >= firstHeadMs;
  return quietMs >= secondHeadMs + furtherHeadsMs * (headSignals - 1);
}

function publish(core: ShardCore, id: RoomId, presence: RoomPresence, room: LoadedRoom | undefined, nowMs: number): void {
  const { accounts, connections, settling, entered, left } = presence;
  const head = room?.accepted.last ?? 0;
  const moment = { epoch: core.epoch, sequence: room?.accepted.lastSequence ?? 0, head, accounts, connections, settling };
  const digest = room !== undefined && hasNotices(core, room, accounts) ? { entered: 0, left: 0 } : { entered, left };
  core.parts.live.publish(core.parts.shard, id, signalFrame(id, moment, digest, nowMs));
  presence.signalled();
}

/** Whether entering and leaving are events in this room: then a signal need not tell of them. */
function hasNotices(core: ShardCore, { state }: LoadedRoom, accounts: number): boolean {
  if (!isCreated(state)) return false;
  const mode = state.profile.notices as NoticesMode;
  if (mode === NoticesMode.NOTICES_MODE_ON || mode === NoticesMode.NOTICES_MODE_OFF) return mode === NoticesMode.NOTICES_MODE_ON;
  return accounts <= core.parts.limits.noticesUpTo;
}
