import { isAnonymousAccount, parseAccountId, type AccountId, type Actor, type RoomId } from '@plaza/domain';
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
  readonly enteredMs: number;
  /** When the edge last said anything about it. */
  seenMs: number;
}

/** What an edge says of a session. Undefined: no account can have that name. */
export function sessionOf(room: RoomId, asker: string, facts: SessionFacts, nowMs: number): Session | undefined {
  const account = parseAccountId(facts.account);
  if (account === undefined) return undefined;
  const { session: number, deviceId, deviceKind, nickname, avatar, ext } = facts;
  const anonymous = facts.anonymous || isAnonymousAccount(account);
  return {
    room,
    asker,
    number,
    account,
    anonymous,
    deviceId,
    deviceKind,
    nickname,
    avatar,
    ext,
    enteredMs: facts.enteredMs || nowMs,
    seenMs: nowMs,
  };
}

export const actorOf = ({ account, anonymous, nickname, avatar }: Session, disconnected = false): Actor => ({
  kind: 'session',
  account,
  anonymous,
  nickname,
  avatar,
  disconnected,
});
