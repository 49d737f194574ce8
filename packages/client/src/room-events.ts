import type { Direct, Event, Reactions, Signal } from '@plaza/proto/client';

/** `in`: events arrive. `away`: they will again, without a hole. `left`, `removed`: over. */
export type RoomState = 'joining' | 'in' | 'away' | 'left' | 'removed';

export interface Counts {
  readonly accounts: number;
  readonly connections: number;
  /** After a takeover the counts are still growing for a while. */
  readonly settling: boolean;
  readonly atMs: number;
}

/** Who came and went since the last one, in rooms too large for enter and leave events. Notable: managers, and who has a label; <= 20 each. */
export type Digest = Pick<Signal, 'entered' | 'left' | 'notableEntered' | 'notableLeft'>;

/** Why a session ends that the room, an administrator, or another session of the account has ended. */
export type RemovalCode = 'kicked' | 'blocked' | 'device-blocked' | 'room-closed' | 'other-device' | 'replaced' | 'disabled';

export interface Removal {
  /** A RemovalCode; after a reconnect any code with which the entry may be refused. */
  readonly code: RemovalCode | (string & Record<never, never>);
  readonly why: string;
}

export type RoomEvents = {
  /** New events in order, gathered for a page. */
  events: readonly Event[];
  /** A directed or private message, outside the order and in no history. Repeats are dropped by the server. */
  direct: Direct;
  counts: Counts;
  digest: Digest;
  /** Since the last signal: in all, and by the most frequent kinds. */
  reactions: Reactions;
  state: RoomState;
  /** The edge cannot hear the room right now, or can again. */
  stale: boolean;
  /** Events between these positions are not delivered any more: `history` has the messages among them. */
  incomplete: { readonly after: number; readonly until: number };
  removed: Removal;
};
