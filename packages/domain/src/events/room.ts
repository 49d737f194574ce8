import { NoticesMode, QueueRights, Role, type RoomChanges } from '@plaza/proto/client';
import type { AccountId } from '../ids.js';
import { withSettings } from '../settings.js';
import type { Profile, RoomState } from '../types.js';
import { noState, type Appliers } from './applier.js';
import { changeMember } from './members.js';

export const roomEvents: Appliers<
  | 'roomCreated'
  | 'roomUpdated'
  | 'roomOpened'
  | 'roomClosed'
  | 'roomMuted'
  | 'roomUnmuted'
  | 'tagMuted'
  | 'tagUnmuted'
  | 'settingsChanged'
  | 'termsChanged'
  | 'attributesChanged'
  | 'botsChanged'
  | 'away'
  | 'accountRestricted'
> = {
  roomCreated(room, { timeMs }, { creator, profile, settings, close }) {
    const blank = {
      name: '',
      announcement: '',
      broadcastUrl: '',
      ext: '',
      notices: NoticesMode.NOTICES_MODE_AUTO,
      anonymousAllowed: false,
      queueRights: QueueRights.QUEUE_RIGHTS_EVERYONE,
    };
    room.profile = { ...blank, creator, createdMs: timeMs, updatedMs: timeMs, open: true, roomMuted: false };
    room.close = close;
    if (settings !== undefined) room.settings = withSettings(room.settings, settings);
    const owner = changeMember(room, creator as AccountId, timeMs, { role: Role.ROLE_CREATOR });
    return [...changeProfile(room, timeMs, profile), owner, 'settings', 'close'];
  },
  roomUpdated: (room, { timeMs }, { changes }) => changeProfile(room, timeMs, changes),
  roomOpened: (room, { timeMs }) => changeProfile(room, timeMs, { open: true }),
  roomClosed: (room, { timeMs }) => changeProfile(room, timeMs, { open: false }),
  roomMuted: noState,
  roomUnmuted: noState,
  tagMuted: noState,
  tagUnmuted: noState,
  settingsChanged: noState,
  termsChanged: noState,
  attributesChanged: noState,
  botsChanged: noState,
  away: noState,
  accountRestricted: noState,
};

function changeProfile(room: RoomState, timeMs: number, changes: Partial<Profile> | RoomChanges | undefined): string[] {
  if (!room.profile) return [];
  const given = Object.fromEntries(Object.entries(changes ?? {}).filter(([, value]) => value !== undefined));
  const profile: Profile = { ...room.profile, ...given, updatedMs: timeMs };
  room.profile = {
    ...profile,
    notices: profile.notices || NoticesMode.NOTICES_MODE_AUTO,
    queueRights: profile.queueRights || QueueRights.QUEUE_RIGHTS_EVERYONE,
  };
  return ['profile'];
}
