import { NoticesMode, QueueRights, RoomChanges } from '@plaza/proto/client';
import { emptyHappenings, leavingHappenings, theRoom, whoMatters } from '../dependents.js';
import { isAnonymousAccount, parseAccountId } from '../ids.js';
import { checkTexts, textLimits, type TextRule } from '../limits.js';
import { done, doneAll, noticeRule, refusal, refused, unchanged, type Happening } from '../outcome.js';
import { pick } from '../pick.js';
import { refuse, type Refusal } from '../refusal.js';
import type { CommandValue, Context, Decision, Limits, Profile, RoomState } from '../types.js';
import { changed as closeChanged, checkClose, mayOpenOrClose, scheduleOf } from './close.js';
import type { Handler } from './handler.js';
import { checkSettings } from './settings.js';
import { mayChangeRoom, reasonRule } from './targets.js';

/** Only by the server API. Nobody is told: nobody can be there yet. */
export function createRoom(room: RoomState, { creator, profile, settings, close }: CommandValue<'createRoom'>, context: Context): Decision {
  if (context.actor.kind !== 'api') return refused('not-allowed', 'rooms are created by the server API');
  if (room.profile) return refused('exists', 'the room exists already');
  if (parseAccountId(creator) === undefined || isAnonymousAccount(creator)) {
    return refused('bad-request', 'creator is an account: 1-64 of A-Z a-z 0-9 _ - . @ :, not anonymous');
  }
  const no = checkChanges(profile, context.limits) ?? checkSettings(settings) ?? checkClose(close);
  if (no) return refusal(no);
  const schedule = scheduleOf(close, context);
  const created: Happening = { kind: { $case: 'roomCreated', value: { creator, profile, settings, close: schedule } }, audience: 'nobody' };
  return doneAll(room, context, [created, ...emptyHappenings(room, schedule, context.presence)]);
}

/** The event has the fields that change, and what they were. */
export const updateRoom: Handler<'updateRoom'> = (room, { changes, notice }, context) => {
  const no = mayChangeRoom(room, context) ?? checkChanges(changes, context.limits) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const value = difference(room.profile, changes);
  if (value === undefined) return unchanged;
  const kind = { $case: 'roomUpdated', value: { ...value, close: undefined, previousClose: undefined, closeChanged: false } } as const;
  return done(room, context, { kind, notice });
};

export const openRoom: Handler<'openRoom'> = (room, { notice, close }, context) => {
  const no = mayOpenOrClose(room, context) ?? checkClose(close) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  const schedule = scheduleOf(close, context);
  if (room.profile.open) return schedule ? closeChanged(room, context, schedule, notice) : unchanged;
  const opened: Happening = { kind: { $case: 'roomOpened', value: { close: schedule } }, notice };
  return doneAll(room, context, [opened, ...emptyHappenings(room, schedule, context.presence)]);
};

/** Removes everybody; whose leaving matters is noted. */
export const closeRoom: Handler<'closeRoom'> = (room, { reason, notice }, context) => {
  const no = mayOpenOrClose(room, context) ?? checkTexts([noticeRule(notice), reasonRule(reason)]);
  if (no) return refusal(no);
  if (!room.profile.open) return unchanged;
  const close: Happening = { kind: { $case: 'roomClosed', value: { reason, close: undefined } }, notice };
  const owners = [...whoMatters(room)].filter((who) => who !== theRoom);
  return doneAll(room, context, [close, ...leavingHappenings(room, owners, 1)]);
};

function checkChanges(changes: RoomChanges | undefined, limits: Limits): Refusal | undefined {
  const { notices = NoticesMode.NOTICES_MODE_AUTO, queueRights = QueueRights.QUEUE_RIGHTS_EVERYONE } = changes ?? {};
  if (notices < 0 || notices > NoticesMode.NOTICES_MODE_OFF) return refuse('bad-request', 'there is no such notices mode');
  if (queueRights < 0 || queueRights > QueueRights.QUEUE_RIGHTS_MANAGERS) return refuse('bad-request', 'there are no such queue rights');
  return changes && checkTexts(changeRules(changes, limits));
}

const changeRules = (changes: RoomChanges, limits: Limits): TextRule[] => [
  { field: 'name', text: changes.name ?? '', most: textLimits.name },
  { field: 'announcement', text: changes.announcement ?? '', most: textLimits.announcement },
  { field: 'broadcast_url', text: changes.broadcastUrl ?? '', most: textLimits.broadcastUrl },
  { field: 'ext', text: changes.ext ?? '', most: limits.extCodePoints, opaque: true },
];

/** The fields of `changes` that differ from the profile, and what they were; undefined: none. */
function difference(profile: Profile, changes: RoomChanges | undefined): { changes: RoomChanges; previous: RoomChanges } | undefined {
  const wanted = Object.entries({
    ...changes,
    notices: changes?.notices === NoticesMode.NOTICES_MODE_UNSPECIFIED ? NoticesMode.NOTICES_MODE_AUTO : changes?.notices,
    queueRights: changes?.queueRights === QueueRights.QUEUE_RIGHTS_UNSPECIFIED ? QueueRights.QUEUE_RIGHTS_EVERYONE : changes?.queueRights,
  });
  const differing = wanted.filter(([name, value]) => value !== undefined && value !== profile[name as keyof Profile]).map(([name]) => name);
  if (differing.length === 0) return undefined;
  return {
    changes: RoomChanges.create(pick(Object.fromEntries(wanted), differing)),
    previous: RoomChanges.create(pick(profile, differing)),
  };
}
