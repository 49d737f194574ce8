/** Rooms, actors and commands for tests: short names for what tables need, and arbitraries for properties. */
import { ClientFrame, MemberList, MessageClass, MessageOptions, Role, type Notice, type RoomChanges } from '@plaza/proto/client';
import { bodyKinds, clientFrameShape, type FieldShape, type MessageShape } from '@plaza/proto/client-shapes';
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

/** A command as a JSON client writes it: `{ muteMember: { account: 'gus' } }`. */
export function json(body: Record<string, unknown>): Command {
  const parsed = ClientFrame.fromJSON(body).body;
  if (parsed === undefined) throw new Error(`no command: ${JSON.stringify(body)}`);
  return parsed as Command;
}

const anyone = fc.constantFrom(...Object.values(people), 'nobody', 'bad name', '');
const anyText = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }), fc.constant('x'.repeat(5000)));
const few = (...texts: string[]) => fc.constantFrom(...texts);
/** What a field of this name may hold, so that commands of a life meet each other. */
const byName: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ...{ account: anyone, accounts: anyone, receivers: anyone, owner: anyone, creator: anyone, sender: anyone },
  ...{
    key: few('a', 'b', 'c', ''),
    keys: few('a', 'b'),
    tag: few('vip', 'blue', ''),
    tags: few('vip', 'blue'),
    deviceId: few('d0', 'd1', ''),
  },
  ...{
    audience: few('', 'vip', 'vip and'),
    noticeAudience: few('', 'vip'),
    messageId: few('1', '', 'x', '193934141440000'),
    pageToken: few('', '1'),
  },
  ...{ add: few('darn', 'x*', '*'), remove: few('darn'), kind: few('heart', '') },
};
const numbers = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constantFrom(700_000, 3_000_000));

function anyValue(name: string, shape: FieldShape): fc.Arbitrary<unknown> {
  if (shape === 'string') return byName[name] ?? anyText;
  if (shape === 'bool') return fc.boolean();
  if (shape === 'double') return fc.double({ min: -200, max: 200, noNaN: true });
  if (typeof shape === 'string') return numbers;
  if ('enum' in shape) return fc.constantFrom(...Object.values(shape.enum).filter((value) => value >= 0));
  return 'repeated' in shape ? fc.array(anyValue(name, shape.repeated), { maxLength: 3 }) : anyMessage(shape);
}

function anyMessage({ fields, oneof = [] }: MessageShape): fc.Arbitrary<Record<string, unknown>> {
  const plain = Object.entries(fields).filter(([name]) => !oneof.includes(name));
  const own = fc.record(Object.fromEntries(plain.map(([name, shape]) => [name, anyValue(name, shape)])), { requiredKeys: [] });
  if (oneof.length === 0) return own;
  const one = fc.oneof(...oneof.map((name) => anyValue(name, fields[name]!).map((value) => ({ [name]: value }))));
  return fc.tuple(own, one).map(([a, b]) => ({ ...a, ...b }));
}

/** Every command there is, whatever its fields may hold; those that make a life interesting more often. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  ...Object.entries(bodyKinds)
    .filter(([, kind]) => kind >= bodyKinds.join)
    .map(([name]) => ({ weight: 1, arbitrary: anyValue(name, clientFrameShape.fields[name]!).map((value) => json({ [name]: value })) })),
  { weight: 8, arbitrary: anyText.map((text) => command.say(text)) },
  { weight: 3, arbitrary: fc.constant(json({ initQueue: { size: 3 } })) },
  { weight: 6, arbitrary: few('a', 'b', 'c', 'd').map((key) => json({ offerQueue: { elements: [{ key, transient: true }] } })) },
  { weight: 3, arbitrary: anyone.map((name) => command.setRole(name, Role.ROLE_REGULAR)) },
  { weight: 3, arbitrary: fc.tuple(anyone, numbers).map(([name, seconds]) => command.timedMute(name, seconds)) },
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
