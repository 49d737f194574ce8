import { isCreated, refuse, type Refusal, type RefusalCode } from '@plaza/domain';
import type { LoadedRoom } from '../loaded-room.js';
import type { Session } from '../session.js';
import type { ShardCore } from '../shard-core.js';

/** Why a session that was in the room before this holder knew of it is not any more; undefined: it is. */
export function whyNotAdmitted(
  core: ShardCore,
  room: LoadedRoom | undefined,
  { room: id, account, enteredMs }: Session,
): Refusal | undefined {
  const code = core.removed.codeFor(id, account, enteredMs);
  if (code !== undefined) return refuse(code as RefusalCode);
  if (room === undefined) return undefined;
  if (!isCreated(room.state)) return refuse('not-found', 'there is no such room');
  if (!room.state.profile.open) return refuse('room-closed');
  return room.state.members.get(account)?.blocked ? refuse('blocked') : undefined;
}

/** Takes a session in that its edge says was there all the time: nothing is told to the room. */
export function admit(core: ShardCore, session: Session): void {
  const { sessions, deferredLeaves } = core;
  const known = sessions.find(session.asker, session.number);
  if (known !== undefined) return void (known.seenMs = session.seenMs);
  sessions.add(session, false);
  deferredLeaves.get(session.room)?.delete(session.account);
  const older = sessions.olderOf(session);
  if (older !== undefined) replace(core, older.enteredMs > session.enteredMs ? session : older);
}

/** The same device is here with a newer session. */
export function replace(core: ShardCore, session: Session): void {
  core.sessions.remove(session);
  core.parts.endSession(session.asker, session.number, 'replaced');
}
