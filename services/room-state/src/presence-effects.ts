import type { AccountId } from '@plaza/domain';
import type { Event, MemberUpdated } from '@plaza/proto/client';
import type { LoadedRoom } from './loaded-room.js';
import { isNotable, type Session } from './session.js';
import type { ShardCore } from './shard-core.js';

/** What an event means for who is present, in the turn that decided it. */
export function affectPresence({ sessions, removed }: ShardCore, room: LoadedRoom, event: Event): void {
  removed.note(room.id, event);
  const { kind } = event;
  const targets = event.targets as AccountId[];
  const sessionsOf = (accounts: readonly AccountId[]): Session[] => accounts.flatMap((one) => sessions.of(room.id).of(one)?.sessions ?? []);
  switch (kind?.$case) {
    case 'kicked':
    case 'blocked':
      for (const account of targets) sessions.removeAccount(room.id, account);
      return;
    case 'roomClosed':
      return sessions.removeAll(room.id);
    case 'deviceBlocked': {
      const { deviceId, untilMs } = kind.value;
      if (untilMs > 0) for (const session of sessions.some(room.id, (one) => one.deviceId === deviceId)) sessions.remove(session);
      return;
    }
    case 'memberUpdated':
      for (const session of sessionsOf(targets)) update(session, kind.value);
      for (const session of sessionsOf(targets)) session.notable = isNotable(room.state, session);
      return;
    case 'roleChanged':
      for (const session of sessionsOf(targets)) session.notable = isNotable(room.state, session);
      return;
    case 'message':
      if (kind.value.account !== '') sessions.of(room.id).noteActive(kind.value.account);
      return;
    default:
  }
}

function update(session: Session, { changes, deviceId }: MemberUpdated): void {
  if (deviceId !== '' && session.deviceId !== deviceId) return;
  session.nickname = changes?.nickname ?? session.nickname;
  session.avatar = changes?.avatar ?? session.avatar;
  session.ext = changes?.ext ?? session.ext;
  session.tags = changes?.tags?.tags ?? session.tags;
}
