import type { SessionFacts } from '@plaza/proto/room';
import type { Connection } from './connection.js';
import type { RoomFeed } from './room-feed.js';

/** Why a session has to leave its room, told to its client. */
export interface Removed {
  readonly code: string;
  readonly why: string;
}

/** What the client said of itself when it entered. */
export interface Profile {
  readonly nickname: string;
  readonly avatar: string;
  readonly ext: string;
}

/**
 * A connection's presence in a room. `cursor` is the serial in the room's ring that it gets next, `position` what it has: the drain sends it
 * nothing that does not begin at its position.
 */
export class Session {
  /** joining: asked, not answered. entered: answered; in its place in the ring, or about to be. gone: left, refused, removed or closed. */
  state: 'joining' | 'entered' | 'gone' = 'joining';
  /** The join has been given to the router: a leave has to follow it, whatever its answer will be. */
  asked = false;
  cursor = 0;
  position = 0;
  /** The serial of the newest signal that it got. */
  signal = 0;
  /** Its place in the feed's seats; -1: none. */
  seat = -1;
  /** Set when a control frame has removed it; from then on its commands are refused. */
  removed: Removed | undefined = undefined;
  enteredMs = 0;
  /** The room's head in the answer to its join: a removal up to here may have come before the join. */
  enteredHead = 0;

  constructor(
    readonly number: number,
    readonly connection: Connection,
    readonly feed: RoomFeed,
    readonly profile: Profile,
  ) {}

  /** May command and receive. */
  get present(): boolean {
    return this.state === 'entered' && this.removed === undefined;
  }

  facts(): SessionFacts {
    const { account, anonymous, deviceId, deviceKind } = this.connection;
    const { nickname, avatar, ext } = this.profile;
    return {
      session: this.number,
      room: this.feed.room,
      account,
      anonymous,
      deviceId,
      deviceKind,
      nickname,
      avatar,
      ext,
      enteredMs: this.enteredMs,
    };
  }
}
