import type { Role } from '@plaza/proto/client';
import { noticeOf, type Done, type NoticeOptions, type RoomRequests } from './room-requests.js';

export interface KickOptions extends NoticeOptions {
  /** <= 256 characters, told to the kicked and to the room. */
  readonly reason?: string;
  /** Entry is refused for so long, 0-2,592,000. */
  readonly refuseSeconds?: number;
}

export interface TagOptions extends NoticeOptions {
  /** A tag expression: who is told. Default: everybody. */
  readonly audience?: string;
}

/** Who may do what in the room, and who may be in it. For managers. */
export class RoomModeration {
  constructor(private readonly requests: RoomRequests) {}

  mute(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'muteMember', value: { account, notice: noticeOf(options) } });
  }

  unmute(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'unmuteMember', value: { account, notice: noticeOf(options) } });
  }

  /** 1 to 2,592,000 seconds; a second one replaces the first. */
  timedMute(account: string, seconds: number, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'timedMuteMember', value: { account, seconds, notice: noticeOf(options) } });
  }

  timedUnmute(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'timedUnmuteMember', value: { account, notice: noticeOf(options) } });
  }

  kick(account: string, { reason = '', refuseSeconds = 0, ...options }: KickOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'kickMember', value: { account, reason, refuseSeconds, notice: noticeOf(options) } });
  }

  /** Ends its sessions and its role, and refuses its entry. The reason: <= 256 characters. */
  block(account: string, reason = '', options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'blockMember', value: { account, reason, notice: noticeOf(options) } });
  }

  unblock(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'unblockMember', value: { account, notice: noticeOf(options) } });
  }

  setRole(account: string, role: Role, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'setRole', value: { account, role, notice: noticeOf(options) } });
  }

  /** Everybody but managers. */
  muteRoom(options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'muteRoom', value: { notice: noticeOf(options) } });
  }

  unmuteRoom(options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'unmuteRoom', value: { notice: noticeOf(options) } });
  }

  /** Everybody who has the tag, for 1 to 2,592,000 seconds; 0: until it is lifted. */
  muteTag(tag: string, seconds = 0, { audience = '', ...options }: TagOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'muteTag', value: { tag, seconds, audience, notice: noticeOf(options) } });
  }

  unmuteTag(tag: string, { audience = '', ...options }: TagOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'unmuteTag', value: { tag, audience, notice: noticeOf(options) } });
  }

  /** For anonymous guests, who have no account that could be blocked; 1 to 2,592,000 seconds. */
  blockDevice(deviceId: string, seconds: number): Promise<Done> {
    return this.requests.manage({ $case: 'blockDevice', value: { deviceId, seconds } });
  }

  unblockDevice(deviceId: string): Promise<Done> {
    return this.requests.manage({ $case: 'unblockDevice', value: { deviceId } });
  }
}
