import type { TokenLabel } from '@plaza/kit';
import { countLimits, refuse, type Refusal } from '@plaza/domain';
import { Role, type Join, type Reply } from '@plaza/proto/client';
import { noTags, type Connection } from '../connection.js';
import type { EntryAttributes, EntryCallback } from '../entry-callback.js';
import type { Profile, Session } from '../session.js';

const comeBackMs = 1000;

export function checkTags({ tags }: Connection, wish: Join): Refusal | undefined {
  return tagsOf(tags, wish.tags).length > countLimits.tags
    ? refuse('too-many', `more than ${countLimits.tags} tags with those of the token`)
    : undefined;
}

export const profileOf = (connection: Connection, { nickname, avatar, ext, tags, noticeAudience }: Join): Profile => ({
  nickname: nickname === '' ? connection.nickname : nickname,
  avatar: avatar === '' ? connection.avatar : avatar,
  ext,
  tags: tagsOf(connection.tags, tags),
  labels: connection.labels,
  roleHint: connection.roleHint,
  noticeAudience,
});

/** Each once. */
const tagsOf = (own: readonly string[], more: readonly string[]): readonly string[] =>
  own.length + more.length === 0 ? noTags : [...new Set([...own, ...more])];

const roles = { regular: Role.ROLE_REGULAR, administrator: Role.ROLE_ADMINISTRATOR } as const;

/** What the platform adds wins over token and join. */
export function withAttributes(session: Session, { nickname, avatar, tags, labels, role }: EntryAttributes): void {
  session.change({
    ...(nickname === undefined ? {} : { nickname }),
    ...(avatar === undefined ? {} : { avatar }),
    ...(tags === undefined ? {} : { tags }),
    ...(labels === undefined ? {} : { labels: labels.map((label) => ({ ...label, saved: false })) }),
    ...(role === undefined ? {} : { roleHint: roles[role] }),
  });
}

/** What the platform adds to the session, or why it does not let it in. */
export async function askPlatform(
  entryCallback: EntryCallback,
  { profile, feed, connection }: Session,
): Promise<Refusal | EntryAttributes> {
  const { account, anonymous, deviceId, deviceKind } = connection;
  const entry = {
    room: feed.room,
    account,
    anonymous,
    deviceId,
    deviceKind,
    tags: profile.tags,
    labels: labelsOf(profile),
    ip: connection.address,
  };
  const verdict = await entryCallback.ask(entry);
  if (verdict.kind === 'allow') return verdict.attributes;
  return verdict.kind === 'deny' ? refuse('auth-denied', verdict.reason || undefined) : refuse('auth-unavailable', undefined, comeBackMs);
}

const labelsOf = ({ labels }: Profile): TokenLabel[] => labels.map(({ name, level }) => ({ name, level }));

/** What the room says of the member is what its edge says of it from now on: a saved profile, say. */
export function takeSelf(session: Session, { result }: Reply): void {
  if (result?.$case !== 'joined' || result.value.self === undefined) return;
  session.rename(result.value.self);
}
