import type { Label, Role } from '@plaza/proto/client';
import type { SessionFacts } from '@plaza/proto/room';
import type { Connection } from './connection.js';
import type { RoomFeed } from './room-feed.js';
import type { TagGroup } from './tag-groups.js';

/** Why a session has to leave its room, told to its client. */
export interface Removed {
  readonly code: string;
  readonly why: string;
}

/** What is said of a session when it enters: by its token, its join, and the platform's answer to the entry callback. */
export interface Profile {
  readonly nickname: string;
  readonly avatar: string;
  readonly ext: string;
  readonly tags: readonly string[];
  readonly labels: readonly Label[];
  readonly roleHint: Role;
  readonly noticeAudience: string;
}

export const justCame = -1;
/** No position. */
export const nowhere = -1;

/**
 * A connection's presence in a room. `cursor` is the serial in the room's ring that it gets next, `position` what it has or was led over: the drain sends
 * it nothing that does not begin at its position.
 */
export class Session {
  // What the drain looks at comes first, as in a connection.
  cursor = 0;
  position = 0;
  /** Where its client still is while an advance up to `position` waits; `nowhere`: at `position` too. */
  ledFrom = nowhere;
  /** The serial of the newest signal that it got; `justCame`: one was there before it. */
  signal = 0;
  /** joining: asked, not answered. entered: answered; in its place in the ring, or about to be. gone: left, refused, removed or closed. */
  state: 'joining' | 'entered' | 'gone' = 'joining';
  /** The join has been given to the router: a leave has to follow it, whatever its answer will be. */
  asked = false;
  /** Its place in the feed's seats; -1: none. */
  seat = -1;
  /** Set when a control frame has removed it; from then on its commands are refused. */
  removed: Removed | undefined = undefined;
  enteredMs = 0;
  /** The room's head in the answer to its join: a removal up to here may have come before the join. */
  enteredHead = 0;
  /** Its token was renewed, and the holder has not heard what the new one says of it. */
  renewed = false;
  /** Who else has its tags. */
  group: TagGroup;

  constructor(
    readonly number: number,
    readonly connection: Connection,
    readonly feed: RoomFeed,
    public profile: Profile,
  ) {
    this.group = feed.groups.enter(profile.tags);
  }

  /** May command and receive. */
  get present(): boolean {
    return this.state === 'entered' && this.removed === undefined;
  }

  /** What the room says of it: mostly what its edge said. */
  rename({ nickname, avatar, ext }: Pick<Profile, 'nickname' | 'avatar' | 'ext'>): void {
    const { profile } = this;
    if (nickname !== profile.nickname || avatar !== profile.avatar || ext !== profile.ext) this.change({ nickname, avatar, ext });
  }

  /** What is said of it from now on. Other tags: from the next batch on it sees what is for them. */
  change(change: Partial<Profile>): void {
    if (change.tags !== undefined) this.feed.settle(this);
    this.profile = { ...this.profile, ...change };
    if (change.tags === undefined || this.state === 'gone') return;
    const former = this.group;
    this.group = this.feed.groups.enter(this.profile.tags);
    this.feed.groups.leave(former);
  }

  /** What goes with its next command: its facts, where its token was renewed. */
  news(): { facts?: SessionFacts } {
    if (!this.renewed) return {};
    this.renewed = false;
    return { facts: this.facts() };
  }

  facts(): SessionFacts {
    const { account, anonymous, deviceId, deviceKind } = this.connection;
    const { tags, labels, ...profile } = this.profile;
    return {
      session: this.number,
      room: this.feed.room,
      account,
      anonymous,
      deviceId,
      deviceKind,
      ...profile,
      tags: [...tags],
      labels: [...labels],
      enteredMs: this.enteredMs,
    };
  }
}
