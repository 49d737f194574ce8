import { Member, Role, RoomInfo } from '@plaza/proto/client';
import { isAnonymousAccount, type AccountId } from './ids.js';
import type { Actor, PresenceView, RoomState } from './types.js';

/** An account's role in the room; guest where nothing is known of it. */
export function roleOf(room: RoomState, account: AccountId, anonymous: boolean): Role {
  if (anonymous) return Role.ROLE_ANONYMOUS;
  return room.members.get(account)?.role ?? Role.ROLE_GUEST;
}

/** With whose rights an actor acts: the server API and the room itself have the creator's, unless an operator is named. */
export function actorRole(room: RoomState, actor: Actor): Role {
  if (actor.kind === 'session') return roleOf(room, actor.account, actor.anonymous);
  if (actor.kind === 'clock' || actor.operator === undefined) return Role.ROLE_CREATOR;
  return roleOf(room, actor.operator, isAnonymousAccount(actor.operator));
}

/** Who is named as an event's operator; empty: the server API or the room itself. */
export function operatorOf(actor: Actor): string {
  if (actor.kind === 'session') return actor.account;
  return actor.kind === 'api' ? (actor.operator ?? '') : '';
}

/** What is left of a timed mute, in ms; 0: none. */
export const timedMuteLeftMs = (room: RoomState, account: AccountId, nowMs: number): number =>
  Math.max(0, (room.members.get(account)?.mutedUntilMs ?? 0) - nowMs);

/** A member as the log knows it; profile, entry time and devices belong to the presence. */
export function memberView(room: RoomState, account: AccountId, nowMs: number): Member {
  const record = room.members.get(account);
  return Member.create({
    account,
    role: roleOf(room, account, isAnonymousAccount(account)),
    muted: record?.muted ?? false,
    timedMuteLeftSeconds: Math.ceil(timedMuteLeftMs(room, account, nowMs) / 1000),
    blocked: record?.blocked ?? false,
  });
}

/** The room as members see it; only its id and counts where it was never created. */
export function roomInfo(room: RoomState, presence: Pick<PresenceView, 'accounts' | 'connections' | 'settling'>): RoomInfo {
  const { accounts, connections, settling } = presence;
  return RoomInfo.create({
    room: room.id,
    ...room.profile,
    notices: room.profile?.notices as RoomInfo['notices'],
    queueRights: room.profile?.queueRights as RoomInfo['queueRights'],
    accounts,
    connections,
    settling,
  });
}
