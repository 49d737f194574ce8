import { CloseKind, NoticesMode, QueueRights, Role, type CloseSchedule, type RoomChanges } from '@plaza/proto/client';
import { theRoom } from '../dependents.js';
import type { AccountId } from '../ids.js';
import { withSettings } from '../settings.js';
import type { Profile, RoomState } from '../types.js';
import { attributeSlot, awaySlot, botSlot, restrictionSlot, tagSlot } from '../slots.js';
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
  | 'actNoted'
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
  roomUpdated(room, { timeMs }, { changes, close, closeChanged }) {
    const touched = changeProfile(room, timeMs, changes);
    return closeChanged ? [...touched, ...setClose(room, close)] : touched;
  },
  roomOpened: (room, { timeMs }, { close }) => [...changeProfile(room, timeMs, { open: true }), ...setClose(room, close)],
  roomClosed: (room, { timeMs }) => [...changeProfile(room, timeMs, { open: false }), ...setClose(room, undefined)],
  roomMuted: (room, { timeMs }) => changeProfile(room, timeMs, { roomMuted: true }),
  roomUnmuted: (room, { timeMs }) => changeProfile(room, timeMs, { roomMuted: false }),
  tagMuted({ mutedTags }, _event, { tag, untilMs }) {
    mutedTags.set(tag, untilMs);
    return [tagSlot(tag)];
  },
  tagUnmuted({ mutedTags }, _event, { tag }) {
    mutedTags.delete(tag);
    return [tagSlot(tag)];
  },
  settingsChanged(room, _event, { changes }) {
    room.settings = withSettings(room.settings, changes);
    return changes === undefined ? [] : ['settings'];
  },
  termsChanged(room, _event, { added, removed, cleared }) {
    const gone = new Set(removed);
    room.terms = [...(cleared ? [] : room.terms.filter((term) => !gone.has(term))), ...added];
    return ['terms'];
  },
  attributesChanged({ attributes }, _event, { set, removed }) {
    for (const attribute of set) attributes.set(attribute.key, attribute);
    for (const key of removed) attributes.delete(key);
    return [...set.map(({ key }) => key), ...removed].map(attributeSlot);
  },
  botsChanged({ bots }, { timeMs }, { added, removed, untilMs, cleared }) {
    const gone = cleared ? [...bots.keys()] : removed;
    for (const bot of added) bots.set(bot.account as AccountId, { bot, addedMs: timeMs, untilMs });
    for (const account of gone) bots.delete(account as AccountId);
    return [...added.map(({ account }) => account), ...gone].map((account) => botSlot(account as AccountId));
  },
  away(room, { timeMs }, { away, back }) {
    for (const who of away) room.away.set(who, timeMs);
    for (const who of back) room.away.delete(who);
    return [...away, ...back].map(awaySlot);
  },
  accountRestricted({ restrictions }, { targets, timeMs }, { muted, disabled, reason }) {
    for (const account of targets as AccountId[]) {
      if (muted || disabled) restrictions.set(account, { account, muted, disabled, reason, updatedMs: timeMs });
      else restrictions.delete(account);
    }
    return (targets as AccountId[]).map(restrictionSlot);
  },
  actNoted: noState,
};

/** Without a schedule the room's emptiness is of no interest any more. */
function setClose(room: RoomState, close: CloseSchedule | undefined): string[] {
  room.close = close;
  if (close?.kind === CloseKind.CLOSE_KIND_AFTER_EMPTY || !room.away.delete(theRoom)) return ['close'];
  return ['close', awaySlot(theRoom)];
}

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
