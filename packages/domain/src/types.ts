import type { ClientFrame, Event, Reply, Role } from '@plaza/proto/client';
import type { AccountId, Position, RoomId } from './ids.js';
import type { Refusal } from './refusal.js';

/** A command to a room: the cases of `ClientFrame.body` that have a kind (field number) of 16 or more. */
export type Command = Extract<
  NonNullable<ClientFrame['body']>,
  {
    $case:
      | 'join'
      | 'leave'
      | 'sendMessage'
      | 'getRoom'
      | 'listMembers'
      | 'muteMember'
      | 'unmuteMember'
      | 'timedMuteMember'
      | 'timedUnmuteMember'
      | 'kickMember'
      | 'setRole'
      | 'createRoom'
      | 'updateRoom'
      | 'openRoom'
      | 'closeRoom';
  }
>;

/** What is kept of an account that is more than an unmarked guest. */
export interface MemberRecord {
  readonly account: AccountId;
  role: Role;
  muted: boolean;
  /** Unix ms; 0: none. May lie in the past until the room is looked at. */
  mutedUntilMs: number;
  blocked: boolean;
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
}

/** A room's logged state. Presence is not in it: the holder keeps that in memory (DESIGN section 6). */
export interface RoomState {
  readonly id: RoomId;
  /** Undefined until the room was created. */
  profile: Profile | undefined;
  readonly members: Map<AccountId, MemberRecord>;
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

/** Who asks. */
export type Actor =
  /** A session that is in the room, or (join only) about to be. */
  | {
      readonly kind: 'session';
      readonly account: AccountId;
      readonly anonymous: boolean;
      readonly nickname: string;
      readonly avatar: string;
      /** Leave only: the socket has gone, nobody asked. */
      readonly disconnected?: boolean;
    }
  /** The platform's backend: the creator's rights, or those of the operator that it names. */
  | { readonly kind: 'api'; readonly operator: AccountId | undefined; readonly as: AccountId | undefined }
  /** The room itself, when something falls due. */
  | { readonly kind: 'clock' };

/** What the holder knows beyond the log, as it is before the command: a session that joins is not in it, one that leaves is. */
export interface PresenceView {
  /** Accounts in the room now. */
  readonly accounts: number;
  readonly connections: number;
  readonly settling: boolean;
  isPresent(account: AccountId): boolean;
  /** Sessions of the account in this room. */
  sessionsOf(account: AccountId): number;
}

export interface Limits {
  readonly bodyCodePoints: number;
  readonly extCodePoints: number;
  readonly permanentMembers: number;
  /** Up to this many accounts, `auto` rooms have enter and leave events. */
  readonly noticesUpTo: number;
  readonly bucketRows: number;
  readonly bucketMs: number;
}

/** Everything that a decision may look at besides the room. Time comes from here, never from a clock. */
export interface Context {
  readonly nowMs: number;
  readonly actor: Actor;
  readonly commandId: string;
  readonly presence: PresenceView;
  readonly limits: Limits;
}

/** A decided event, with its position, not yet in the log. */
export interface DecidedEvent {
  readonly event: Event;
  /** A message for the history. */
  readonly stored: boolean;
  /** Who sees it. */
  readonly audience: 'all' | 'nobody';
}

export type ReplyResult = NonNullable<Reply['result']>;

/** What a command comes to: no; or events (perhaps none) and the answer that goes out once they are in the log. */
export type Decision = { readonly refusal: Refusal } | { readonly events: readonly DecidedEvent[]; readonly reply: ReplyResult };
