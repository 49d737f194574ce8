import {
  CloseKind,
  ContentRule,
  DeviceConflict,
  DevicePolicy,
  Event,
  Message,
  NoticesMode,
  QueueRights,
  Role,
  type CloseSchedule,
  type HistoryPage,
  type Member,
  type RoomInfo,
  type RoomSettings,
} from '@plaza/proto/client';
import { jsonFromMessage } from '@plaza/protocol';
import { z } from 'zod';
import { expectCase, type Result } from './rooms.js';
import type { change } from './schemas.js';
import { account, position, room } from './schemas.js';
import { wordOf, wordsOf } from './words.js';

const time = z.number().int();
const count = z.number().int();

const settingsView = z
  .object({
    slowModeSeconds: count,
    sameTextSeconds: count,
    entryAgeSeconds: count,
    links: z.enum(wordsOf(ContentRule)),
    terms: z.enum(wordsOf(ContentRule)),
    gates: z.array(z.object({ label: z.string(), leastLevel: count, why: z.string() })),
    highPerSecond: count,
    normalPerSecond: count,
    lowPerSecond: count,
    devicePolicy: z.enum(wordsOf(DevicePolicy)),
    deviceConflict: z.enum(wordsOf(DeviceConflict)),
    devices: count,
    batchIntervalMs: count,
    recallSeconds: count,
    historyDays: count,
  })
  .meta({ id: 'RoomSettings' });

const closeView = z
  .object({ kind: z.enum(wordsOf(CloseKind)), seconds: count, startMs: time.describe('When it was set.') })
  .meta({ id: 'DelayedClose' });

/** The protobuf JSON mapping of something that clients get, too. */
const json = z.record(z.string(), z.unknown());

export const roomView = z
  .object({
    room,
    name: z.string(),
    announcement: z.string(),
    broadcastUrl: z.string(),
    ext: z.string(),
    creator: account,
    createdMs: time,
    updatedMs: time,
    open: z.boolean(),
    roomMuted: z.boolean(),
    notices: z.enum(wordsOf(NoticesMode)),
    anonymousAllowed: z.boolean(),
    queueRights: z.enum(wordsOf(QueueRights)),
    accounts: count.describe('Online accounts.'),
    connections: count.describe('Online connections.'),
    settling: z.boolean().describe('After a takeover: the counts are still growing.'),
    bots: count,
    settings: settingsView,
    delayedClose: closeView.optional(),
    pinned: z.object({ messageId: z.string(), message: json, operator: z.string(), timeMs: time }).optional(),
    mutedTags: z.array(z.object({ tag: z.string(), untilMs: time.describe('0: until it is lifted.') })),
    queue: z.object({ size: count, count }).optional().describe('Absent: there is no queue.'),
    head: position.describe('The newest position of the room.'),
  })
  .meta({ id: 'Room' });

export function viewRoom(info: RoomInfo, head: number): z.output<typeof roomView> {
  const { close, pinned, notices, queueRights, settings, queue, ...rest } = info;
  return {
    ...rest,
    notices: wordOf(NoticesMode, notices),
    queueRights: wordOf(QueueRights, queueRights),
    settings: viewSettings(settings),
    ...(close === undefined ? {} : { delayedClose: viewClose(close) }),
    ...(pinned === undefined ? {} : { pinned: { ...pinned, message: jsonOf(Message.toJSON(pinned.message ?? Message.create({}))) } }),
    ...(queue === undefined ? {} : { queue }),
    head: String(head),
  };
}

function viewSettings(settings: RoomSettings | undefined): z.output<typeof settingsView> {
  const { links = 0, terms = 0, devicePolicy = 0, deviceConflict = 0, gates, ...numbers } = settings ?? {};
  return {
    ...(numbers as Record<'slowModeSeconds', number> & z.output<typeof settingsView>),
    links: wordOf(ContentRule, links),
    terms: wordOf(ContentRule, terms),
    gates: gates?.gates ?? [],
    devicePolicy: wordOf(DevicePolicy, devicePolicy),
    deviceConflict: wordOf(DeviceConflict, deviceConflict),
  };
}

const viewClose = ({ kind, seconds, startMs }: CloseSchedule): z.output<typeof closeView> => ({
  kind: wordOf(CloseKind, kind),
  seconds,
  startMs,
});

const labelView = z.object({ name: z.string(), level: count, saved: z.boolean() });

export const memberView = z
  .object({
    account: z.string(),
    role: z.enum(wordsOf(Role)),
    nickname: z.string(),
    avatar: z.string(),
    ext: z.string(),
    level: count,
    labels: z.array(labelView),
    tags: z.array(z.string()),
    online: z.boolean(),
    enteredMs: time,
    updatedMs: time,
    muted: z.boolean(),
    timedMuteLeftSeconds: count,
    blocked: z.boolean(),
    bot: z.boolean(),
    secondsLeft: count.describe('Of a bot: until it goes by itself.'),
    devices: z.array(z.object({ id: z.string(), kind: z.string() })),
  })
  .meta({ id: 'Member' });

export const viewMember = ({ mutedEverywhere: _, ...member }: Member): z.output<typeof memberView> => ({
  ...member,
  role: wordOf(Role, member.role || Role.ROLE_GUEST),
});

export const historyView = z
  .object({
    events: z.array(json).describe('The protobuf JSON mapping of Event; oldest first.'),
    upTo: position.describe('Everything stored up to here has been considered.'),
    more: z.boolean().describe('There is more in the direction that was asked for.'),
    next: position.describe('The bound of the next page in this direction; 0: there is none.'),
  })
  .meta({ id: 'HistoryPage' });

export const viewHistory = (page: HistoryPage): z.output<typeof historyView> => ({
  events: page.events.map((event) => jsonOf(Event.toJSON(event))),
  upTo: String(page.upTo),
  more: page.more,
  next: String(page.nextBound),
});

export const jsonOf = (message: unknown): Record<string, unknown> => JSON.parse(jsonFromMessage(message)) as Record<string, unknown>;

/** What a command that changes a room came to. */
export function viewChange(result: Result): z.output<typeof change> {
  const known = expectCase(result, 'done', 'unchanged');
  if (known.$case === 'unchanged') return { result: 'unchanged' };
  const { position: place, secondsLeft } = known.value;
  return { result: 'done', position: String(place), ...(secondsLeft === undefined ? {} : { secondsLeft }) };
}
