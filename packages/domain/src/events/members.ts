import { Role, type Event, type MemberChanges } from '@plaza/proto/client';
import type { AccountId } from '../ids.js';
import { deviceSlot, memberSlot } from '../slots.js';
import type { MemberRecord, RoomState } from '../types.js';
import { noState, type Appliers } from './applier.js';

export const memberEvents: Appliers<
  | 'entered'
  | 'left'
  | 'muted'
  | 'unmuted'
  | 'timedMuted'
  | 'timedUnmuted'
  | 'kicked'
  | 'roleChanged'
  | 'blocked'
  | 'unblocked'
  | 'memberUpdated'
  | 'deviceBlocked'
  | 'accountErased'
> = {
  entered: noState,
  left: noState,
  muted: (room, event) => eachTarget(room, event, { muted: true }),
  unmuted: (room, event) => eachTarget(room, event, { muted: false }),
  timedMuted: (room, event, { untilMs }) => eachTarget(room, event, { mutedUntilMs: untilMs }),
  timedUnmuted: (room, event) => eachTarget(room, event, { mutedUntilMs: 0 }),
  kicked: (room, event, { refusedUntilMs }) => (refusedUntilMs === 0 ? [] : eachTarget(room, event, { refusedUntilMs })),
  roleChanged: (room, event, { role }) => eachTarget(room, event, { role }),
  blocked: (room, event) => eachTarget(room, event, { blocked: true, role: Role.ROLE_GUEST }),
  unblocked: (room, event) => eachTarget(room, event, { blocked: false }),
  memberUpdated: (room, event, { changes, saved }) => {
    const change = changes === undefined ? {} : kept(changes, saved);
    return Object.keys(change).length === 0 ? [] : eachTarget(room, event, change);
  },
  deviceBlocked: ({ blockedDevices }, _event, { deviceId, untilMs }) => {
    if (untilMs === 0) blockedDevices.delete(deviceId);
    else blockedDevices.set(deviceId, untilMs);
    return [deviceSlot(deviceId)];
  },
  accountErased: (room, { targets, timeMs }) => (targets as AccountId[]).map((account) => forget(room, account, timeMs)),
};

/** What stays in the record: level and labels always, the profile where it is saved. Tags belong to sessions. */
function kept({ nickname, avatar, ext, level, labels }: MemberChanges, saved: boolean): Partial<MemberRecord> {
  const profile = saved ? { nickname, avatar, ext } : {};
  const given = Object.entries({ ...profile, level, labels: labels?.labels }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function eachTarget(room: RoomState, event: Event, change: Partial<MemberRecord>): string[] {
  return event.targets.map((account) => changeMember(room, account as AccountId, event.timeMs, change));
}

const unmarked: Omit<MemberRecord, 'account' | 'updatedMs'> = {
  role: Role.ROLE_GUEST,
  muted: false,
  mutedUntilMs: 0,
  blocked: false,
  refusedUntilMs: 0,
  level: 0,
  labels: [],
  nickname: '',
  avatar: '',
  ext: '',
};

/** A record without any mark left is an unmarked guest's, and goes. Answers its slot. */
export function changeMember(room: RoomState, account: AccountId, timeMs: number, change: Partial<MemberRecord>): string {
  const before = room.members.get(account) ?? { ...unmarked, account };
  const member: MemberRecord = { ...before, ...change, updatedMs: timeMs };
  if (isMarked(member)) room.members.set(account, member);
  else room.members.delete(account);
  return memberSlot(account);
}

/** Whoever created the room is nothing else from now on. */
function forget(room: RoomState, account: AccountId, timeMs: number): string {
  const isCreator = room.profile?.creator === account;
  return changeMember(room, account, timeMs, { ...unmarked, role: isCreator ? Role.ROLE_CREATOR : Role.ROLE_GUEST });
}

const isMarked = (member: MemberRecord): boolean =>
  member.role !== Role.ROLE_GUEST ||
  member.muted ||
  member.mutedUntilMs > 0 ||
  member.blocked ||
  member.refusedUntilMs > 0 ||
  member.level > 0 ||
  member.labels.length > 0 ||
  member.nickname !== '' ||
  member.avatar !== '' ||
  member.ext !== '';
