import {
  ListMembers,
  ListSessions,
  UpdateMember,
  type Label,
  type MemberCounts,
  type MemberPage,
  type MembersFound,
  type Role,
  type SessionPage,
} from '@plaza/proto/client';
import { noticeOf, type Done, type NoticeOptions, type RoomRequests } from './room-requests.js';

export interface MemberUpdate {
  readonly nickname?: string;
  readonly avatar?: string;
  readonly ext?: string;
  /** Keeps the profile when its member leaves; permanent members only. */
  readonly save?: boolean;
  /** By managers only, as are level and labels. */
  readonly role?: Role;
  readonly level?: number;
  /** All of them, <= 20; an empty list takes them away. */
  readonly labels?: readonly Label[];
}

export type OwnProfile = Pick<MemberUpdate, 'nickname' | 'avatar' | 'ext'>;

/** Who is in the room, or belongs to it. Lists go by pages: `next` of one is the `pageToken` of the following; empty: it was the last. */
export class RoomMembers {
  /** `known`: what the account is called from now on, which the next entry has to say again. */
  constructor(
    private readonly requests: RoomRequests,
    private readonly known: (profile: OwnProfile) => void,
  ) {}

  /** Default: everybody present, by the time of their entry; `list` and `tag` choose others. */
  list(page: Partial<ListMembers> = {}): Promise<MemberPage> {
    return this.requests.read({ $case: 'listMembers', value: ListMembers.fromPartial(page) }, 'memberPage');
  }

  /** At most 200 accounts, present or not. */
  get(accounts: readonly string[]): Promise<MembersFound> {
    return this.requests.read({ $case: 'getMembers', value: { accounts: [...accounts] } }, 'membersFound');
  }

  /** Exact, by device kind, and by these tags (<= 20). */
  count(tags: readonly string[] = []): Promise<MemberCounts> {
    return this.requests.read({ $case: 'countMembers', value: { tags: [...tags] } }, 'memberCounts');
  }

  /** Present sessions that have this tag. */
  sessions(tag: string, page: Omit<Partial<ListSessions>, 'tag'> = {}): Promise<SessionPage> {
    return this.requests.read({ $case: 'listSessions', value: ListSessions.fromPartial({ ...page, tag }) }, 'sessionPage');
  }

  /** Absent fields stay as they are. */
  update(account: string, { labels, ...update }: MemberUpdate, options: NoticeOptions = {}): Promise<Done> {
    const given = labels === undefined ? {} : { labels: { labels: [...labels] } };
    const value = UpdateMember.fromPartial({ account, ...update, ...given, notice: noticeOf(options) });
    return this.requests.manage({ $case: 'updateMember', value });
  }

  /** One's own profile; it stays over reconnects. */
  async updateSelf({ save, ...profile }: OwnProfile & Pick<MemberUpdate, 'save'>, options: NoticeOptions = {}): Promise<Done> {
    const done = await this.update('', { ...profile, ...(save === undefined ? {} : { save }) }, options);
    this.known(profile);
    return done;
  }
}
