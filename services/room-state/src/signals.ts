import { isCreated, noticesOn, type RoomId } from '@plaza/domain';
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
  const { accounts, connections, settling } = presence;
  const head = room?.accepted.last ?? 0;
  const moment = { epoch: core.epoch, sequence: room?.accepted.lastSequence ?? 0, head, accounts, connections, settling };
  const quiet = room !== undefined && hasNotices(core, room, accounts);
  const digest = { ...(quiet ? nobodyCame : comings(presence)), reactions: room?.reactions.take() };
  core.parts.live.publish(core.parts.shard, id, signalFrame(id, moment, digest, nowMs));
  presence.signalled();
}

/** Whether entering and leaving are events in this room: then a signal need not tell of them. */
const hasNotices = (core: ShardCore, { state }: LoadedRoom, accounts: number): boolean =>
  isCreated(state) && noticesOn(state, accounts, { limits: core.parts.limits });

const nobodyCame = { entered: 0, left: 0, notableEntered: [], notableLeft: [] };
const mostNamed = 20;

const comings = ({ entered, left, notableEntered, notableLeft }: RoomPresence) => ({
  entered,
  left,
  notableEntered: [...notableEntered].slice(0, mostNamed),
  notableLeft: [...notableLeft].slice(0, mostNamed),
});
