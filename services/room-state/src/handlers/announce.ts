import { parseRoomId, shardOf } from '@plaza/domain';
import type { Announce } from '@plaza/proto/room';
import { sessionOf, type Session } from '../session.js';
import type { ShardCore } from '../shard-core.js';
import { admit, whyNotAdmitted } from './admit.js';
import { depart } from './leave.js';

/** When each edge's announcement under way began. */
export type AnnouncesBegun = Map<string, number>;

/** What an edge holds in this shard. Nothing of it is told to the room: it was so before this holder knew. True: it has now named everything. */
export function announce(core: ShardCore, begun: AnnouncesBegun, asker: string, { first, last, sessions }: Announce): boolean {
  const nowMs = core.parts.clock.now();
  if (first) begun.set(asker, nowMs);
  for (const facts of sessions) {
    const room = parseRoomId(facts.room);
    if (room === undefined || facts.session === 0 || shardOf(room, core.parts.log.shards) !== core.parts.shard) continue;
    const session = sessionOf(room, asker, facts, nowMs);
    if (session !== undefined) takeIn(core, session);
  }
  if (!last) return false;
  const begunMs = begun.get(asker);
  begun.delete(asker);
  if (begunMs !== undefined) departAbsent(core, asker, begunMs);
  return begunMs !== undefined;
}

function takeIn(core: ShardCore, session: Session): void {
  const no = whyNotAdmitted(core, core.rooms.get(session.room), session);
  if (no === undefined || core.sessions.find(session.asker, session.number) !== undefined) return admit(core, session);
  core.parts.endSession(session.asker, session.number, no.code);
}

/**
 * Sessions of this edge that it did not name are gone - but not those that were heard of lately: their joins may have overtaken the announcement on
 * the other stream, and after a takeover nobody leaves by absence.
 */
function departAbsent(core: ShardCore, asker: string, begunMs: number): void {
  const { graceMs, settlingMs } = core.parts.settings;
  const absent = core.sessions.ofAsker(asker).filter(({ seenMs }) => seenMs < begunMs - Math.max(graceMs, settlingMs));
  giveUp(core, absent);
}

/** Sessions whose edge is gone or does not know them any more. */
export function giveUp(core: ShardCore, sessions: readonly Session[]): void {
  for (const session of sessions) {
    const still = (): boolean => core.sessions.find(session.asker, session.number) === session;
    core.rooms.with(session.room, {
      loaded: (room) => {
        if (still()) depart(core, room, session, true);
      },
      unavailable: () => core.sessions.remove(session),
    });
  }
}
