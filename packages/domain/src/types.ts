import type {
  Attribute,
  Bot,
  ClientFrame,
  CloseSchedule,
  Event,
  Label,
  Message,
  MessageClass,
  Pinned,
  QueueElement,
  Reply,
  Restriction,
  Role,
  RoomSettings,
} from '@plaza/proto/client';
import type { AccountId, Position, RoomId } from './ids.js';
import type { Refusal } from './refusal.js';

/** A command to a room: the cases of `ClientFrame.body` that have a kind (field number) of 16 or more. */
export type Command = Exclude<NonNullable<ClientFrame['body']>, { $case: 'authenticate' | 'ping' | 'readHistory' }>;
/** What one command of this name says. */
export type CommandValue<C extends Command['$case']> = Extract<Command, { $case: C }>['value'];

/** What is kept of an account that is more than an unmarked guest. */
export interface MemberRecord {
  readonly account: AccountId;
  role: Role;
  muted: boolean;
  /** Unix ms; 0: none. May lie in the past until the room is looked at. */
  mutedUntilMs: number;
  blocked: boolean;
  /** Entry is refused until then, after a kick; 0: it is not. */
  refusedUntilMs: number;
  level: number;
  /** Given by managers. Those that are not saved go when the account leaves. */
  labels: readonly Label[];
  /** The saved profile; empty: none. */
  nickname: string;
  avatar: string;
  ext: string;
  updatedMs: number;
}

export interface Profile {
  creator: string;
  name: string;
  announcement: string;
  broadcastUrl: string;
  ext: string;
  createdMs: number;
  updatedMs: number;
  open: boolean;
  roomMuted: boolean;
  notices: number;
  anonymousAllowed: boolean;
  queueRights: number;
}

/** A room's settings, each with its value. Defaults: `settings.ts`. */
export type Settings = { readonly [K in keyof RoomSettings]-?: NonNullable<RoomSettings[K]> };

export interface QueueItem {
  readonly element: QueueElement;
  /** Its place: the queue goes from the smallest to the largest. */
  readonly order: number;
}

export interface Queue {
  size: number;
  /** The order of the next new element. */
  nextOrder: number;
  /** In their order. */
  readonly items: Map<string, QueueItem>;
}

export interface BotRecord {
  readonly bot: Bot;
  readonly addedMs: number;
  readonly untilMs: number;
}

/** A room's logged state. Presence is not in it: the holder keeps that in memory (DESIGN section 6). */
export interface RoomState {
  readonly id: RoomId;
  /** Undefined until the room was created. */
  profile: Profile | undefined;
  settings: Settings;
  /** Blocked terms, as they were given. A change makes a new list. */
  terms: readonly string[];
  close: CloseSchedule | undefined;
  pinned: Pinned | undefined;
  readonly members: Map<AccountId, MemberRecord>;
  /** Muted tags and until when, Unix ms; 0: until it is lifted. */
  readonly mutedTags: Map<string, number>;
  /** Device ids that may not enter, and until when. */
  readonly blockedDevices: Map<string, number>;
  queue: Queue | undefined;
  readonly attributes: Map<string, Attribute>;
  readonly bots: Map<AccountId, BotRecord>;
  /** Since when the last session of an account is gone that something goes with; '': since when the room is empty. */
  readonly away: Map<string, number>;
  /** Only in the room of accounts (`accountsRoom`). */
  readonly restrictions: Map<AccountId, Restriction>;
  /** The newest event's position, accepted or still on its way to the log. */
  last: Position;
  /** The history bucket that stored messages go to now, and how many it has. */
  bucket: Position;
  bucketCount: number;
  /** The log sequence of the newest record with a batch of this room; set by the holder. */
  lastSequence: number;
}

/** A room that was created. */
export type CreatedRoom = RoomState & { profile: Profile };

/** A session as decisions see it. */
export interface SessionActor {
  readonly kind: 'session';
  readonly account: AccountId;
  readonly anonymous: boolean;
  readonly nickname: string;
  readonly avatar: string;
  readonly ext: string;
  readonly deviceId: string;
  readonly deviceKind: string;
  readonly tags: readonly string[];
  /** From the token; those that managers gave are in the member's record. */
  readonly labels: readonly Label[];
  /** From the token: the role of an account that the room has not given one. Guest: none. */
  readonly roleHint: Role;
  /** A tag expression: who sees it enter and leave; empty: everybody. */
  readonly noticeAudience: string;
  /** When it entered; in a join, now. */
  readonly enteredMs: number;
  /** Leave only: the socket has gone, nobody asked. */
  readonly disconnected: boolean;
}

/** Who asks. */
export type Actor =
  /** A session that is in the room, or (join only) about to be. */
  | SessionActor
  /** The platform's backend: the creator's rights, or those of the operator that it names. */
  | { readonly kind: 'api'; readonly operator: AccountId | undefined; readonly as: AccountId | undefined }
  /** The room itself, when something falls due. */
  | { readonly kind: 'clock' };

/** One session of an account that is present. */
export interface PresentDevice {
  readonly deviceId: string;
  readonly deviceKind: string;
  readonly tags: readonly string[];
  readonly enteredMs: number;
}

/** What the holder knows beyond the log, as it is before the command: a session that joins is not in it, one that leaves is. */
export interface PresenceView {
  /** Accounts in the room now. */
  readonly accounts: number;
  readonly connections: number;
  readonly settling: boolean;
  isPresent(account: AccountId): boolean;
  /** Sessions of the account in this room. */
  sessionsOf(account: AccountId): number;
  /** The account's sessions, the oldest first. */
  devicesOf(account: AccountId): readonly PresentDevice[];
  /** The profile of the account's newest session; undefined: not present. */
  profileOf(account: AccountId): { readonly nickname: string; readonly avatar: string; readonly ext: string } | undefined;
  /** When the account's last session left, where that was within the last minute; otherwise 0. */
  leftMs(account: AccountId): number;
}

/** A message that the holder remembers. */
export interface RecentMessage {
  readonly position: Position;
  readonly timeMs: number;
  /** Empty: the platform itself. */
  readonly account: string;
  readonly commandId: string;
  readonly event: Event;
  readonly audience: Audience;
}

/** The room's last minutes, as far as decisions look at them. Comes back from the log after a takeover; a room that was not in memory starts without. */
export interface RecentView {
  /** When the account's newest message was accepted; 0: none within two minutes. */
  lastSentMs(account: AccountId): number;
  /** When the account last sent this text (as `textKey` gives it); 0: not within two minutes. */
  lastSaidMs(account: AccountId, textKey: string): number;
  find(position: Position): RecentMessage | undefined;
  findSent(account: AccountId, commandId: string): RecentMessage | undefined;
  /** The account's newest message of exactly this moment. */
  findAt(account: AccountId, timeMs: number): RecentMessage | undefined;
  /** Accepted messages of a class in the second before `nowMs`. */
  countOf(messageClass: MessageClass, nowMs: number): number;
  /** Accepted messages of class high since a moment that may be given again. */
  highSince(sinceMs: number): readonly RecentMessage[];
}

export interface Limits {
  readonly bodyCodePoints: number;
  readonly extCodePoints: number;
  readonly permanentMembers: number;
  /** Up to this many accounts, `auto` rooms have enter and leave events. */
  readonly noticesUpTo: number;
  readonly bucketRows: number;
  readonly bucketMs: number;
  /** How long an account may be away before what goes with it goes. */
  readonly graceMs: number;
}

/** Everything that a decision may look at besides the room. Time comes from here, never from a clock. */
export interface Context {
  readonly nowMs: number;
  readonly actor: Actor;
  readonly commandId: string;
  readonly presence: PresenceView;
  readonly recent: RecentView;
  readonly limits: Limits;
}

/** Who sees an event: everybody, nobody (readers are moved on), or who matches a tag expression. */
export type Audience = 'all' | 'nobody' | { readonly tags: string };

/** A decided event, with its position, not yet in the log. */
export interface DecidedEvent {
  readonly event: Event;
  /** For the history. */
  readonly stored: boolean;
  readonly audience: Audience;
}

/** What the holder does besides logging events, in the turn of the decision. */
export interface Effects {
  /** A directed message to every session of these accounts, and to those of its sender. */
  readonly direct?: { readonly message: Message; readonly receivers: readonly AccountId[] };
  /** Counted for the next digest. */
  readonly reaction?: { readonly kind: string; readonly count: number };
  /** A message of this class was dropped by the room's budget: the next batch says so. */
  readonly skipped?: MessageClass;
  /** Sessions of the actor's account that end because another device enters: those with these device ids. */
  readonly displaced?: readonly string[];
}

export type ReplyResult = NonNullable<Reply['result']>;

/** A yes: events (perhaps none) and the answer that goes out once they are in the log. */
export interface Agreement {
  readonly events: readonly DecidedEvent[];
  readonly reply: ReplyResult;
  readonly effects?: Effects;
}

/** What a command comes to. */
export type Decision = { readonly refusal: Refusal } | Agreement;
