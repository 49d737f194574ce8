import { Member, Role, RoomInfo, type Label, type NoticesMode, type QueueRights } from '@plaza/proto/client';
import { isAnonymousAccount, type AccountId } from './ids.js';
import type { Actor, PresenceView, RoomState, SessionActor } from './types.js';

/** An account's role in the room; guest where nothing is known of it. */
export function roleOf(room: RoomState, account: AccountId, anonymous: boolean): Role {
  if (anonymous) return Role.ROLE_ANONYMOUS;
  return room.members.get(account)?.role ?? Role.ROLE_GUEST;
}

/** With whose rights an actor acts: the server API and the room itself have the creator's, unless an operator is named. */
export function actorRole(room: RoomState, actor: Actor): Role {
  if (actor.kind === 'session') return roleOf(room, actor.account, actor.anonymous);
  if (actor.kind === 'clock' || actor.operator === undefined) return Role.ROLE_CREATOR;
  return roleOf(room, actor.operator, isAnonymousAccount(actor.operator));
}

/** Who is named as an event's operator; empty: the server API or the room itself. */
export function operatorOf(actor: Actor): string {
  if (actor.kind === 'session') return actor.account;
  return actor.kind === 'api' ? (actor.operator ?? '') : '';
}

/** What is left of a timed mute, in ms; 0: none. */
export const timedMuteLeftMs = (room: RoomState, account: AccountId, nowMs: number): number =>
  Math.max(0, (room.members.get(account)?.mutedUntilMs ?? 0) - nowMs);

/** The labels of a session: those of its token, and those that managers gave, which win by name. */
export function labelsOf(room: RoomState, { account, labels }: Pick<SessionActor, 'account' | 'labels'>): Label[] {
  const own = room.members.get(account)?.labels;
  if (own === undefined) return [...labels];
  return [...labels.filter(({ name }) => !own.some((label) => label.name === name)), ...own];
}

/** A member as the log knows it; what it is while present (profile, entry time, devices, tags) is the presence's to add. */
export function memberView(room: RoomState, account: AccountId, nowMs: number): Member {
  const record = room.members.get(account);
  const bot = room.bots.get(account);
  return Member.create({
    account,
    role: roleOf(room, account, isAnonymousAccount(account)),
    nickname: bot?.bot.nickname ?? record?.nickname ?? '',
    avatar: bot?.bot.avatar ?? record?.avatar ?? '',
    ext: bot?.bot.ext ?? record?.ext ?? '',
    muted: record?.muted ?? false,
    timedMuteLeftSeconds: Math.ceil(timedMuteLeftMs(room, account, nowMs) / 1000),
    blocked: record?.blocked ?? false,
    level: record?.level ?? 0,
    labels: [...(record?.labels ?? [])],
    updatedMs: record?.updatedMs ?? 0,
    bot: bot !== undefined,
    secondsLeft: bot === undefined ? 0 : Math.max(0, Math.ceil((bot.untilMs - nowMs) / 1000)),
  });
}

/** The room as members see it; only its id and counts where it was never created. */
export function roomInfo(room: RoomState, presence: Pick<PresenceView, 'accounts' | 'connections' | 'settling'>): RoomInfo {
  const { profile, settings, close, pinned, queue, bots, mutedTags } = room;
  const { accounts, connections, settling } = presence;
  return RoomInfo.create({
    room: room.id,
    ...profile,
    notices: profile?.notices as NoticesMode,
    queueRights: profile?.queueRights as QueueRights,
    settings: profile && settings,
    close,
    pinned,
    mutedTags: Array.from(mutedTags, ([tag, untilMs]) => ({ tag, untilMs })),
    bots: bots.size,
    queue: queue && { size: queue.size, count: queue.items.size },
    accounts,
    connections,
    settling,
  });
}
