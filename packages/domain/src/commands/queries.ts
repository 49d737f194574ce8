import { MemberList, Role } from '@plaza/proto/client';
import { parseAccountId, type AccountId } from '../ids.js';
import { checkNames, checkRange, countLimits, textLimits } from '../limits.js';
import { refused } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { isPermanent } from '../roles.js';

import type { CommandValue, MemberRecord } from '../types.js';
import type { Handler } from './handler.js';

const mostOnPage = 100;

/** What no decision sees whole is read from the presence by the holder. */
const asQuery = () => refused('bad-request', 'this is asked for as a query');
export const listMembers: Handler<'listMembers'> = asQuery;
export const getMembers: Handler<'getMembers'> = asQuery;
export const countMembers: Handler<'countMembers'> = asQuery;
export const listSessions: Handler<'listSessions'> = asQuery;

export const checkListMembers = ({ limit, tag, list }: CommandValue<'listMembers'>): Refusal | undefined =>
  checkRange('limit', limit, 0, mostOnPage) ??
  (list < 0 || list > MemberList.MEMBER_LIST_BOTS ? refuse('bad-request', 'there is no such list') : undefined) ??
  (tag === '' ? undefined : checkNames([tag], 'tag', textLimits.tag));

/** The accounts asked for, each once; or what is wrong with them. */
export function checkGetMembers({ accounts }: CommandValue<'getMembers'>): readonly AccountId[] | Refusal {
  if (accounts.length === 0 || accounts.length > countLimits.queriedAccounts)
    return refuse('bad-request', `accounts are 1 to ${countLimits.queriedAccounts}`);
  const parsed = accounts.map(parseAccountId).filter((account) => account !== undefined);
  return parsed.length === accounts.length ? [...new Set(parsed)] : refuse('bad-request', 'an account is 1-64 of A-Z a-z 0-9 _ - . @ :');
}

export const checkCountMembers = ({ tags }: CommandValue<'countMembers'>): Refusal | undefined =>
  tags.length > countLimits.countedTags
    ? refuse('too-many', `more than ${countLimits.countedTags} tags`)
    : checkNames(tags, 'a tag', textLimits.tag);

export const checkListSessions = ({ tag, limit }: CommandValue<'listSessions'>): Refusal | undefined =>
  checkNames([tag], 'tag', textLimits.tag) ?? checkRange('limit', limit, 0, mostOnPage);

/** Lists of accounts that the room has records of, present or not; the others are lists of who is present, or of bots. */
export const recordLists: Readonly<Record<number, (record: MemberRecord, nowMs: number) => boolean>> = {
  [MemberList.MEMBER_LIST_PERMANENT]: ({ role }) => isPermanent(role),
  [MemberList.MEMBER_LIST_ONLINE_PERMANENT]: ({ role }) => isPermanent(role),
  [MemberList.MEMBER_LIST_ADMINISTRATORS]: ({ role }) => role === Role.ROLE_ADMINISTRATOR,
  [MemberList.MEMBER_LIST_REGULARS]: ({ role }) => role === Role.ROLE_REGULAR,
  [MemberList.MEMBER_LIST_MUTED]: ({ muted }) => muted,
  [MemberList.MEMBER_LIST_TIMED_MUTED]: ({ mutedUntilMs }, nowMs) => mutedUntilMs > nowMs,
  [MemberList.MEMBER_LIST_BLOCKED]: ({ blocked }) => blocked,
};
