import { isCreated, refuse, type Refusal, type RefusalCode } from '@plaza/domain';
import type { LoadedRoom } from '../loaded-room.js';
import { isNotable, type Session } from '../session.js';
import type { ShardCore } from '../shard-core.js';

/** Why a session that was in the room before this holder knew of it is not any more; undefined: it is. */
export function whyNotAdmitted(core: ShardCore, room: LoadedRoom | undefined, session: Session): Refusal | undefined {
  const code = core.removed.codeFor(session) ?? (room && whyNoMember(room, session, core.parts.clock.now()));
  return code && refuse(code);
}

/** While the room refuses somebody's entry, nobody can have entered since: whoever is said to be in it is from before. */
function whyNoMember({ state }: LoadedRoom, { account, deviceId }: Session, nowMs: number): RefusalCode | undefined {
  if (!isCreated(state)) return 'not-found';
  if (!state.profile.open) return 'room-closed';
  const member = state.members.get(account);
  if (member?.blocked) return 'blocked';
  if (member !== undefined && member.refusedUntilMs > nowMs) return 'kicked';
  return (state.blockedDevices.get(deviceId) ?? 0) > nowMs ? 'device-blocked' : undefined;
}

/** Takes a session in that its edge says was there all the time: nothing is told to the room. */
export function admit(core: ShardCore, session: Session): void {
  const { sessions, deferredLeaves } = core;
  const known = sessions.find(session.asker, session.number);
  if (known !== undefined) return void (known.seenMs = session.seenMs);
  const room = core.rooms.get(session.room);
  if (room !== undefined) session.notable = isNotable(room.state, session);
  sessions.add(session, false);
  deferredLeaves.get(session.room)?.delete(session.account);
  const older = sessions.olderOf(session);
  if (older !== undefined) replace(core, older.enteredMs > session.enteredMs ? session : older);
}

/** The same device is here with a newer session. */
export const replace = (core: ShardCore, session: Session): void => end(core, session, 'replaced');

/** Other devices of the account that have to go: of each id the oldest session, never the one that enters. */
export function displace(core: ShardCore, entering: Session, deviceIds: readonly string[]): void {
  for (const deviceId of deviceIds) {
    const sessions = core.sessions.of(entering.room).of(entering.account)?.sessions ?? [];
    const oldest = sessions.find((one) => one.deviceId === deviceId && !isSame(one, entering));
    if (oldest !== undefined) end(core, oldest, 'other-device');
  }
}

const isSame = (a: Session, b: Session): boolean => a.asker === b.asker && a.number === b.number;

function end(core: ShardCore, session: Session, code: RefusalCode): void {
  core.sessions.remove(session);
  core.parts.endSession(session.asker, session.number, code);
}
