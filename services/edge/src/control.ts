import type { MemberControl, Removal } from '@plaza/proto/room';
import type { RoomFeed } from './room-feed.js';
import type { Removed, Session } from './session.js';

/**
 * Obeys the removals of a live frame, whose last position is `last` and which is the newest in the ring. Each removed session still gets everything up to and
 * with it, then is told. Sessions that are only joining are marked: their answer may have been decided before the removal. Calls `unsure` for a session whose
 * join may also have come after the removal; it is out here, so its holder has to be told as well.
 */
export function removeMembers(feed: RoomFeed, removals: readonly Removal[], last: number, unsure: (session: Session) => void): void {
  for (const { account, code, why, deviceId } of removals) {
    for (const session of [...feed.sessions]) {
      // A join that is not on its way yet comes after the removal: the room decides it.
      if (session.removed !== undefined || !session.asked || !isMeant(session, account, deviceId)) continue;
      if (session.state === 'joining' || session.enteredHead >= last) unsure(session);
      remove(feed, session, { code, why });
    }
  }
}

/** What sessions say of themselves from now on, also to a new holder, and what they see from the next batch on. */
export function changeMembers(feed: RoomFeed, members: readonly MemberControl[]): void {
  for (const member of members)
    for (const session of feed.sessions)
      if (session.removed === undefined && isMeant(session, member.account, member.deviceId)) change(session, member);
}

/** Empty: whoever it is, whatever device. */
const isMeant = ({ connection }: Session, account: string, deviceId: string): boolean =>
  (account === '' || connection.account === account) && (deviceId === '' || connection.deviceId === deviceId);

function remove(feed: RoomFeed, session: Session, removed: Removed): void {
  session.removed = removed;
  if (session.state === 'entered') feed.depart(session, feed.ring.next);
}

function change(session: Session, { nickname, avatar, ext, tags }: MemberControl): void {
  const { profile } = session;
  session.change({
    nickname: nickname ?? profile.nickname,
    avatar: avatar ?? profile.avatar,
    ext: ext ?? profile.ext,
    ...(tags === undefined ? {} : { tags: tags.tags }),
  });
}
