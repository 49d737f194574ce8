import { labelsOf, memberView, roleOf, type AccountId } from '@plaza/domain';
import type { Member } from '@plaza/proto/client';
import type { LoadedRoom } from '../loaded-room.js';
import type { PresentAccount } from '../room-presence.js';

/** A member as the room knows it now, with what it is on its devices where it is present. A bot counts as online as long as there is one. */
export function viewOf({ state }: LoadedRoom, account: AccountId, present: PresentAccount | undefined, nowMs: number): Member {
  const known = memberView(state, account, nowMs);
  const newest = present?.sessions.at(-1);
  const bot = state.bots.get(account);
  if (present === undefined || newest === undefined) return bot === undefined ? known : { ...known, online: true, enteredMs: bot.addedMs };
  const { nickname, avatar, ext, anonymous } = newest;
  return {
    ...known,
    role: roleOf(state, account, anonymous),
    nickname,
    avatar,
    ext,
    labels: labelsOf(state, newest),
    tags: [...new Set(present.sessions.flatMap(({ tags }) => tags))],
    online: true,
    enteredMs: present.enteredMs,
    devices: present.sessions.map(({ deviceId, deviceKind }) => ({ id: deviceId, kind: deviceKind })),
  };
}
