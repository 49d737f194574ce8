import { NoticesMode, Role, type Event, type RoomChanges } from '@plaza/proto/client';
import type { AccountId } from './ids.js';
import { memberSlot } from './slots.js';
import type { MemberRecord, Profile, RoomState } from './types.js';

type Kind = NonNullable<Event['kind']>;

/**
 * The only way a room's logged state changes, in place. Answers the names of the slots that it touched. An event that the room has already (a position not
 * above its last) changes nothing; one of an unknown kind only moves the room on.
 */
export function apply(room: RoomState, event: Event): readonly string[] {
  if (event.position <= room.last) return [];
  room.last = event.position;
  return event.kind ? ['head', ...applyKind(room, event, event.kind)] : ['head'];
}

function applyKind(room: RoomState, event: Event, kind: Kind): string[] {
  switch (kind.$case) {
    case 'muted':
    case 'unmuted':
      return eachTarget(room, event, { muted: kind.$case === 'muted' });
    case 'timedMuted':
      return eachTarget(room, event, { mutedUntilMs: kind.value.untilMs });
    case 'timedUnmuted':
      return eachTarget(room, event, { mutedUntilMs: 0 });
    case 'roleChanged':
      return eachTarget(room, event, { role: kind.value.role });
    case 'roomCreated':
      return create(room, event.timeMs, kind.value.creator, kind.value.profile);
    case 'roomUpdated':
      return changeProfile(room, event.timeMs, kind.value.changes);
    case 'roomOpened':
    case 'roomClosed':
      return changeProfile(room, event.timeMs, { open: kind.$case === 'roomOpened' });
    default:
      return [];
  }
}

function eachTarget(room: RoomState, event: Event, change: Partial<MemberRecord>): string[] {
  return event.targets.map((account) => changeMember(room, account as AccountId, event.timeMs, change));
}

/** A record without any mark left is an unmarked guest's, and goes. */
function changeMember(room: RoomState, account: AccountId, timeMs: number, change: Partial<MemberRecord>): string {
  const before = room.members.get(account) ?? { account, role: Role.ROLE_GUEST, muted: false, mutedUntilMs: 0, blocked: false };
  const member: MemberRecord = { ...before, ...change, updatedMs: timeMs };
  const marked = member.role !== Role.ROLE_GUEST || member.muted || member.mutedUntilMs > 0 || member.blocked;
  if (marked) room.members.set(account, member);
  else room.members.delete(account);
  return memberSlot(account);
}

function create(room: RoomState, timeMs: number, creator: string, changes: RoomChanges | undefined): string[] {
  const blank = { name: '', announcement: '', broadcastUrl: '', ext: '', notices: NoticesMode.NOTICES_MODE_AUTO, anonymousAllowed: false };
  room.profile = { ...blank, creator, createdMs: timeMs, updatedMs: timeMs, open: true, roomMuted: false };
  return [...changeProfile(room, timeMs, changes), changeMember(room, creator as AccountId, timeMs, { role: Role.ROLE_CREATOR })];
}

function changeProfile(room: RoomState, timeMs: number, changes: Partial<Profile> | RoomChanges | undefined): string[] {
  if (!room.profile) return [];
  const given = Object.fromEntries(Object.entries(changes ?? {}).filter(([, value]) => value !== undefined));
  const profile: Profile = { ...room.profile, ...given, updatedMs: timeMs };
  room.profile = { ...profile, notices: profile.notices || NoticesMode.NOTICES_MODE_AUTO };
  return ['profile'];
}
