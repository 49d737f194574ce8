/** Rooms, actors and commands for tests: short names for what tables need, and arbitraries for properties. */
import { MemberList, MessageClass, MessageOptions, Role, type Notice, type NoticesMode, type RoomChanges } from '@plaza/proto/client';
import fc from 'fast-check';
import { apply } from './apply.js';
import { decide } from './decide.js';
import { isAnonymousAccount, parseAccountId, parseRoomId, type AccountId } from './ids.js';
import { defaultLimits } from './limits.js';
import { Recent } from './recent.js';
import { isCreated, newRoom } from './room-state.js';
import type { Actor, Command, Context, CreatedRoom, DecidedEvent, Decision, PresenceView, RoomState, SessionActor } from './types.js';

export const startMs = Date.UTC(2026, 0, 1);
export const account = (name: string): AccountId => parseAccountId(name)!;
export const people = {
  creator: 'carla',
  administrator: 'adam',
  regular: 'rita',
  guest: 'gus',
  anonymous: 'anon-1',
  other: 'otto',
} as const;

export const session = (name: string, more: Partial<SessionActor> = {}): SessionActor => ({
  kind: 'session',
  account: account(name),
  anonymous: isAnonymousAccount(name),
  nickname: `${name}!`,
  avatar: '',
  ext: '',
  deviceId: '',
  deviceKind: '',
  tags: [],
  labels: [],
  roleHint: Role.ROLE_UNSPECIFIED,
  noticeAudience: '',
  enteredMs: startMs,
  disconnected: false,
  ...more,
});
export const api = (operator?: string, as?: string): Actor => ({
  kind: 'api',
  operator: operator === undefined ? undefined : account(operator),
  as: as === undefined ? undefined : account(as),
});

/** Accounts in the room, each with its number of sessions. */
export function presenceOf(sessions: Readonly<Record<string, number>>): PresenceView {
  const counts = Object.values(sessions);
  return {
    accounts: counts.length,
    connections: counts.reduce((sum, count) => sum + count, 0),
    settling: false,
    isPresent: (name) => Object.hasOwn(sessions, name),
    sessionsOf: (name) => sessions[name] ?? 0,
    devicesOf: (name) =>
      Array.from({ length: sessions[name] ?? 0 }, (_, i) => ({ deviceId: `d${i}`, deviceKind: 'web', tags: [], enteredMs: startMs + i })),
    profileOf: (name) => (Object.hasOwn(sessions, name) ? { nickname: `${name}!`, avatar: '', ext: '' } : undefined),
    leftMs: () => 0,
  };
}

export const everybody = presenceOf(Object.fromEntries(Object.values(people).map((name) => [name, 1])));

export const contextOf = (actor: Actor, more: Partial<Context> = {}): Context => ({
  nowMs: startMs + 60_000,
  actor,
  commandId: '',
  presence: everybody,
  recent: new Recent(),
  limits: defaultLimits,
  ...more,
});

export const noChanges: RoomChanges = {
  name: undefined,
  announcement: undefined,
  broadcastUrl: undefined,
  ext: undefined,
  notices: undefined,
  anonymousAllowed: undefined,
  queueRights: undefined,
};

export const command = {
  join: (value: { nickname?: string; avatar?: string; ext?: string } = {}): Command => ({
    $case: 'join',
    value: { after: undefined, nickname: '', avatar: '', ext: '', tags: [], noticeAudience: '', ...value },
  }),
  leave: (): Command => ({ $case: 'leave', value: {} }),
  say: (text: string, options: { store?: boolean; class?: MessageClass; ext?: string } = {}): Command => ({
    $case: 'sendMessage',
    value: {
      body: { ext: options.ext ?? '', content: { $case: 'text', value: { text } } },
      options: MessageOptions.create({ store: options.store, class: options.class ?? MessageClass.MESSAGE_CLASS_UNSPECIFIED }),
    },
  }),
  custom: (subType: string, content: string): Command => ({
    $case: 'sendMessage',
    value: { body: { ext: '', content: { $case: 'custom', value: { subType, content } } }, options: undefined },
  }),
  getRoom: (): Command => ({ $case: 'getRoom', value: {} }),
  listMembers: (): Command => ({
    $case: 'listMembers',
    value: { pageToken: '', limit: 0, list: MemberList.MEMBER_LIST_UNSPECIFIED, tag: '' },
  }),
  mute: (name: string, notice?: Notice): Command => ({ $case: 'muteMember', value: { account: name, notice } }),
  unmute: (name: string, notice?: Notice): Command => ({ $case: 'unmuteMember', value: { account: name, notice } }),
  timedMute: (name: string, seconds: number, notice?: Notice): Command => ({
    $case: 'timedMuteMember',
    value: { account: name, seconds, notice },
  }),
  timedUnmute: (name: string): Command => ({ $case: 'timedUnmuteMember', value: { account: name, notice: undefined } }),
  kick: (name: string, reason = '', notice?: Notice): Command => ({
    $case: 'kickMember',
    value: { account: name, reason, notice, refuseSeconds: 0 },
  }),
  setRole: (name: string, role: Role, notice?: Notice): Command => ({ $case: 'setRole', value: { account: name, role, notice } }),
  create: (creator: string, profile?: Partial<RoomChanges>): Command => ({
    $case: 'createRoom',
    value: { creator, profile: profile && { ...noChanges, ...profile }, settings: undefined, close: undefined },
  }),
  update: (changes: Partial<RoomChanges>, notice?: Notice): Command => ({
    $case: 'updateRoom',
    value: { changes: { ...noChanges, ...changes }, notice },
  }),
  open: (notice?: Notice): Command => ({ $case: 'openRoom', value: { notice, close: undefined } }),
  close: (reason = '', notice?: Notice): Command => ({ $case: 'closeRoom', value: { reason, notice } }),
} as const;

export const emptyRoom = (): RoomState => newRoom(parseRoomId('lobby')!);

/** Decides and applies; answers the decision. */
export function act(room: RoomState, asked: Command, context: Context): Decision {
  const decision = decide(room, asked, context);
  if ('events' in decision) for (const { event } of decision.events) apply(room, event);
  return decision;
}

/** A created room with one member of each role; anonymous guests may enter. */
export function lobby(changes: Partial<RoomChanges> = {}): CreatedRoom {
  const room = emptyRoom();
  const byApi = contextOf(api(), { nowMs: startMs });
  act(room, command.create(people.creator, { anonymousAllowed: true, ...changes }), byApi);
  act(room, command.setRole(people.administrator, Role.ROLE_ADMINISTRATOR), byApi);
  act(room, command.setRole(people.regular, Role.ROLE_REGULAR), byApi);
  if (!isCreated(room)) throw new Error('the lobby was not created');
  return room;
}

/** In short: `no: <code>`, or the events' names, with a dash before those that nobody sees; `-` where there is none. */
export function inShort(decision: Decision): string {
  if ('refusal' in decision) return `no: ${decision.refusal.code}`;
  const names = decision.events.map(({ event, audience }) => (audience === 'all' ? '' : '-') + event.kind!.$case);
  return [...names, decision.reply.$case].join(' ');
}

export function onlyEvent(decision: Decision): DecidedEvent {
  if (!('events' in decision) || decision.events.length !== 1) throw new Error(`not one event but ${inShort(decision)}`);
  return decision.events[0]!;
}

const anyone = fc.constantFrom(...Object.values(people), 'nobody', 'bad name', '');
const anyText = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }), fc.constant('x'.repeat(5000)));
const anyNotice = fc.option(fc.record({ notify: fc.option(fc.boolean(), { nil: undefined }), ext: fc.constantFrom('', 'note') }), {
  nil: undefined,
});
const maybeText = fc.option(anyText, { nil: undefined });
const anyRole = fc.constantFrom(...Object.values(Role));
const anyChanges = fc.record({
  name: maybeText,
  announcement: maybeText,
  ext: maybeText,
  notices: fc.option(fc.constantFrom<NoticesMode[]>(0, 1, 2, 3), { nil: undefined }),
  anonymousAllowed: fc.option(fc.boolean(), { nil: undefined }),
});

export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom(command.join(), command.leave(), command.getRoom(), command.listMembers()),
  anyText.map((text) => command.say(text)),
  fc.tuple(anyText, anyText).map(([subType, content]) => command.custom(subType, content)),
  fc.tuple(anyone, anyNotice).map(([name, notice]) => command.mute(name, notice)),
  anyone.map((name) => command.unmute(name)),
  fc.tuple(anyone, fc.integer({ min: 0, max: 120 }), anyNotice).map(([name, seconds, notice]) => command.timedMute(name, seconds, notice)),
  anyone.map((name) => command.timedUnmute(name)),
  fc.tuple(anyone, anyText, anyNotice).map(([name, reason, notice]) => command.kick(name, reason, notice)),
  fc.tuple(anyone, anyRole, anyNotice).map(([name, role, notice]) => command.setRole(name, role, notice)),
  fc.tuple(anyone, anyChanges).map(([creator, profile]) => command.create(creator, profile)),
  fc.tuple(anyChanges, anyNotice).map(([changes, notice]) => command.update(changes, notice)),
  anyNotice.map((notice) => command.open(notice)),
  fc.tuple(anyText, anyNotice).map(([reason, notice]) => command.close(reason, notice)),
);

const signedIn = fc.constantFrom(...Object.values(people));
export const anyActor: fc.Arbitrary<Actor> = fc.oneof(
  signedIn.map((name) => session(name)),
  fc.constant(api()),
  signedIn.map((name) => api(name)),
  signedIn.map((name) => api(undefined, name)),
  fc.constant<Actor>({ kind: 'clock' }),
);

/** One step of a room's life: a clock that may stand still or go back, an actor, and what it asks. */
export const anyStep = fc.record({
  advanceMs: fc.integer({ min: -5000, max: 90_000 }),
  actor: anyActor,
  command: anyCommand,
  due: fc.boolean(),
});
export const anyLife = fc.array(anyStep, { maxLength: 40 });
