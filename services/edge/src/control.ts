import { Control } from '@plaza/proto/room';
import type { RoomFeed } from './room-feed.js';
import type { Removed, Session } from './session.js';

/**
 * Obeys the removals of a live frame's control, `serial` being what follows the frame in the ring: each removed session still gets everything
 * before it, then is told. Sessions that are only joining are marked: their answer may have been decided before the removal. Calls `unsure` for a
 * session whose join may also have come after the removal; it is out here, so its holder has to be told as well.
 */
export function obeyControl(feed: RoomFeed, control: Uint8Array, last: number, serial: number, unsure: (session: Session) => void): void {
  for (const { account, code, why } of Control.decode(control).removals) {
    for (const session of [...feed.sessions]) {
      if (session.removed !== undefined || (account !== '' && session.connection.account !== account)) continue;
      if (session.state === 'joining' || session.enteredHead >= last) unsure(session);
      remove(feed, session, { code, why }, serial);
    }
  }
}

function remove(feed: RoomFeed, session: Session, removed: Removed, serial: number): void {
  session.removed = removed;
  if (session.state === 'entered') feed.depart(session, serial);
}
