import { Event, MessageClass, NoticesMode, Role, type HistoryPage, type Member, type RoomInfo } from '@plaza/proto/client';
import { jsonFromMessage } from '@plaza/protocol';
import { z } from 'zod';
import type { Outcome } from './operation.js';
import { problem } from './problems.js';
import { expectCase, type Rooms } from './rooms.js';
import type { change } from './schemas.js';
import { account, position, room } from './schemas.js';

const roles = {
  guest: Role.ROLE_GUEST,
  regular: Role.ROLE_REGULAR,
  administrator: Role.ROLE_ADMINISTRATOR,
  creator: Role.ROLE_CREATOR,
  anonymous: Role.ROLE_ANONYMOUS,
} as const;
const classes = {
  low: MessageClass.MESSAGE_CLASS_LOW,
  normal: MessageClass.MESSAGE_CLASS_NORMAL,
  high: MessageClass.MESSAGE_CLASS_HIGH,
} as const;
const notices = { auto: NoticesMode.NOTICES_MODE_AUTO, on: NoticesMode.NOTICES_MODE_ON, off: NoticesMode.NOTICES_MODE_OFF } as const;

export const roleOf = (name: keyof typeof roles): Role => roles[name];
export const classOf = (name: keyof typeof classes): MessageClass => classes[name];
export const noticesOf = (name: keyof typeof notices): NoticesMode => notices[name];

/** What is unspecified on the wire has the first name. */
const nameOf = <T extends string>(names: Readonly<Record<T, number>>, value: number): T => {
  const all = Object.keys(names) as T[];
  return all.find((name) => names[name] === value) ?? (all[0] as T);
};

export const roomView = z
  .object({
    room,
    name: z.string(),
    announcement: z.string(),
    broadcastUrl: z.string(),
    ext: z.string(),
    creator: account,
    createdMs: z.number().int(),
    updatedMs: z.number().int(),
    open: z.boolean(),
    roomMuted: z.boolean(),
    notices: z.enum(['auto', 'on', 'off']),
    anonymousAllowed: z.boolean(),
    accounts: z.number().int().describe('Online accounts.'),
    connections: z.number().int().describe('Online connections.'),
    settling: z.boolean().describe('After a takeover: the counts are still growing.'),
    head: position.describe('The newest position of the room.'),
  })
  .meta({ id: 'Room' });

export const viewRoom = (info: RoomInfo, head: number): z.output<typeof roomView> => ({
  ...info,
  notices: nameOf(notices, info.notices),
  head: String(head),
});

export const memberView = z
  .object({
    account: z.string(),
    role: z.enum(['guest', 'regular', 'administrator', 'creator', 'anonymous']),
    nickname: z.string(),
    avatar: z.string(),
    ext: z.string(),
    online: z.boolean(),
    enteredMs: z.number().int(),
    muted: z.boolean(),
    timedMuteLeftSeconds: z.number().int(),
    blocked: z.boolean(),
    devices: z.array(z.object({ id: z.string(), kind: z.string() })),
  })
  .meta({ id: 'Member' });

export const viewMember = (member: Member): z.output<typeof memberView> => ({ ...member, role: nameOf(roles, member.role) });

export const historyView = z
  .object({
    events: z.array(z.record(z.string(), z.unknown())).describe('The protobuf JSON mapping of Event; oldest first.'),
    upTo: position.describe('Everything stored up to here has been considered.'),
    more: z.boolean().describe('There is more in the direction that was asked for.'),
  })
  .meta({ id: 'HistoryPage' });

export const viewHistory = (page: HistoryPage): z.output<typeof historyView> => ({
  events: page.events.map((event) => JSON.parse(jsonFromMessage(Event.toJSON(event))) as Record<string, unknown>),
  upTo: String(page.upTo),
  more: page.more,
});

/** What a command that changes a room came to, for the border. */
export function viewChange(outcome: Awaited<ReturnType<Rooms['command']>>): Outcome<z.output<typeof change>> {
  if ('problem' in outcome) return outcome;
  const result = expectCase(outcome.result, 'done', 'unchanged');
  if (result.$case === 'unchanged') return { answer: { result: 'unchanged' } };
  const { position: place, secondsLeft } = result.value;
  return { answer: { result: 'done', position: String(place), ...(secondsLeft === undefined ? {} : { secondsLeft }) } };
}

export const badRequest = (detail: string): { problem: ReturnType<typeof problem> } => ({ problem: problem('bad-request', detail) });
