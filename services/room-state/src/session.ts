import {
  isAnonymousAccount,
  isManager,
  labelsOf,
  parseAccountId,
  roleOf,
  type AccountId,
  type RoomId,
  type RoomState,
  type SessionActor,
} from '@plaza/domain';
import type { Label, Role } from '@plaza/proto/client';
import type { SessionFacts } from '@plaza/proto/room';

/** One connection's presence in one room: kept in memory only, an edge is the truth about it. */
export interface Session {
  readonly room: RoomId;
  /** The edge that has the socket, and the edge's own number of the session. */
  readonly asker: string;
  readonly number: number;
  readonly account: AccountId;
  readonly anonymous: boolean;
  readonly deviceId: string;
  readonly deviceKind: string;
  nickname: string;
  avatar: string;
  ext: string;
  tags: readonly string[];
  labels: readonly Label[];
  readonly roleHint: Role;
  noticeAudience: string;
  readonly enteredMs: number;
  /** A manager, or somebody with a label: named in digests. */
  notable: boolean;
  /** When the edge last said anything about it. */
  seenMs: number;
}

/** What an edge says of a session. Undefined: no account can have that name. */
export function sessionOf(room: RoomId, asker: string, facts: SessionFacts, nowMs: number): Session | undefined {
  const account = parseAccountId(facts.account);
  if (account === undefined) return undefined;
  const { session: number, deviceId, deviceKind, nickname, avatar, ext, tags, labels, roleHint, noticeAudience } = facts;
  return {
    room,
    asker,
    number,
    account,
    anonymous: facts.anonymous || isAnonymousAccount(account),
    deviceId,
    deviceKind,
    nickname,
    avatar,
    ext,
    tags,
    labels,
    roleHint,
    noticeAudience,
    enteredMs: facts.enteredMs || nowMs,
    notable: labels.length > 0,
    seenMs: nowMs,
  };
}

export function actorOf(session: Session, disconnected = false): SessionActor {
  const { account, anonymous, nickname, avatar, ext, deviceId, deviceKind, tags, labels, roleHint, noticeAudience, enteredMs } = session;
  const profile = { nickname, avatar, ext };
  return {
    kind: 'session',
    account,
    anonymous,
    ...profile,
    deviceId,
    deviceKind,
    tags,
    labels,
    roleHint,
    noticeAudience,
    enteredMs,
    disconnected,
  };
}

/** Whether digests name the account: a manager, or one with a label. */
export const isNotable = (room: RoomState, session: Pick<Session, 'account' | 'anonymous' | 'labels'>): boolean =>
  isManager(roleOf(room, session.account, session.anonymous)) || labelsOf(room, session).length > 0;
