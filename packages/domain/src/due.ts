import { CloseKind, MemberChanges, QueueChange, type CloseSchedule } from '@plaza/proto/client';
import { dependentsOf, isThere, leavingHappenings, theRoom, whoMatters } from './dependents.js';
import type { AccountId } from './ids.js';
import { placed, unchanged, type Happening } from './outcome.js';
import type { Context, Decision, Limits, RoomState } from './types.js';
import { lightened } from './weight.js';

/** One decision does no more than this; the rest stays due. */
const mostAtOnce = 256;
/** Where something depends on who is there, the room is looked at so often: leaving is noted when it happens, unless an edge and a holder died together. */
const lookMs = 60_000;

/** When the room next has something to do by itself, Unix ms; 0: never. May lie in the past. */
export function nextDueMs(room: RoomState, nowMs: number, { graceMs }: Pick<Limits, 'graceMs'>): number {
  const times: number[] = [];
  for (const { mutedUntilMs } of room.members.values()) if (mutedUntilMs > 0) times.push(mutedUntilMs);
  for (const untilMs of room.mutedTags.values()) if (untilMs > 0) times.push(untilMs);
  for (const { untilMs } of room.bots.values()) times.push(untilMs);
  for (const [who, sinceMs] of room.away) if (who !== theRoom) times.push(sinceMs + graceMs);
  const closesMs = closeMs(room);
  if (closesMs > 0) times.push(closesMs);
  if (whoMatters(room).size > 0) times.push(nowMs + lookMs);
  return times.reduce((earliest, ms) => (earliest === 0 || ms < earliest ? ms : earliest), 0);
}

/** When the delayed close happens, as far as it is known; 0: it is not. */
function closeMs({ close, away }: RoomState): number {
  if (close === undefined) return 0;
  const afterMs = close.seconds * 1000;
  if (close.kind !== CloseKind.CLOSE_KIND_AFTER_EMPTY) return close.startMs + afterMs;
  const emptyMs = away.get(theRoom);
  return emptyMs === undefined ? 0 : Math.max(emptyMs, close.startMs) + afterMs;
}

/** What has fallen due by now: timed mutes that ended, tags, bots, what goes with accounts that are away, the delayed close. */
export function decideDue(room: RoomState, context: Context): Decision {
  const single = [...endedMutes(room, context), ...endedTags(room, context), ...expiredBots(room, context)].map((happening) => [happening]);
  const all = [...single, ...absences(room, context)];
  const some = upTo(mostAtOnce, all);
  const first = some.flat();
  if (some.length === all.length) first.push(...closing(room, context));
  if (first.length === 0) return unchanged;
  const events = placed(room, { ...context, actor: { kind: 'clock' } }, first);
  return { events, reply: { $case: 'done', value: { position: events.at(-1)!.event.position, secondsLeft: undefined } } };
}

/** As many of the groups as fit, whole, and one at least: what belongs together is not parted. */
function upTo(most: number, groups: readonly Happening[][]): Happening[][] {
  let count = 0;
  const end = groups.findIndex((group, i) => (count += group.length) > most && i > 0);
  return end < 0 ? [...groups] : groups.slice(0, end);
}

const isOver = (untilMs: number, nowMs: number): boolean => untilMs > 0 && untilMs <= nowMs;

function endedMutes(room: RoomState, { nowMs }: Context): Happening[] {
  return [...room.members.values()]
    .filter(({ mutedUntilMs }) => isOver(mutedUntilMs, nowMs))
    .sort((a, b) => a.mutedUntilMs - b.mutedUntilMs || (a.account < b.account ? -1 : 1))
    .map(({ account }) => ({ kind: { $case: 'timedUnmuted', value: { secondsLeft: 0 } }, targets: [account] }));
}

function endedTags({ mutedTags }: RoomState, { nowMs }: Context): Happening[] {
  const ended = [...mutedTags].filter(([, untilMs]) => isOver(untilMs, nowMs));
  return ended.map(([tag]) => ({ kind: { $case: 'tagUnmuted', value: { tag, secondsLeft: 0 } } }));
}

function expiredBots({ bots }: RoomState, { nowMs }: Context): Happening[] {
  const removed = [...bots.values()]
    .filter(({ untilMs }) => isOver(untilMs, nowMs))
    .slice(0, mostAtOnce)
    .map(({ bot }) => bot.account);
  if (removed.length === 0) return [];
  return [{ kind: { $case: 'botsChanged', value: { added: [], removed, untilMs: 0, expired: true, cleared: false } }, audience: 'nobody' }];
}

/** Who is gone and back, then each account that was away for too long, with what goes with it. Nothing is known until the counts have settled. */
function absences(room: RoomState, context: Context): Happening[][] {
  const { presence, nowMs, limits } = context;
  if (presence.settling) return [];
  const away = [...whoMatters(room)].filter((who) => !room.away.has(who) && !isThere(who, presence)).slice(0, mostAtOnce);
  const back = [...room.away.keys()].filter((who) => isThere(who, presence));
  const lost = [...room.away]
    .filter(([who, sinceMs]) => who !== theRoom && !back.includes(who) && sinceMs + limits.graceMs <= nowMs)
    .map(([who]) => who);
  const noted = away.length + back.length === 0 ? [] : [[awayNoted(away, back)]];
  return [...noted, ...lost.map((account) => [awayNoted([], [account]), ...losses(room, account)])];
}

const awayNoted = (away: string[], back: string[]): Happening => ({ kind: { $case: 'away', value: { away, back } }, audience: 'nobody' });

/** What an account loses that has been away for too long: its elements in one event, its attributes, its labels. */
function losses(room: RoomState, account: string): Happening[] {
  const { elements, attributes, labels } = dependentsOf(room, account);
  const happenings: Happening[] = [];
  const targets = [account];
  if (elements.length > 0) {
    const gone = elements.map((element) => ({ ...element, value: '' }));
    happenings.push({
      kind: { $case: 'queueChanged', value: { change: QueueChange.QUEUE_CHANGE_OWNER_LEFT, elements: gone, previous: [], size: 0 } },
      targets,
    });
  }
  if (attributes.length > 0) {
    const removed = attributes.map(({ key }) => key);
    happenings.push({ kind: { $case: 'attributesChanged', value: { set: [], removed, previous: lightened(attributes) } }, targets });
  }
  if (labels.length > 0) happenings.push(labelsGone(room, account as AccountId));
  return happenings;
}

function labelsGone(room: RoomState, account: AccountId): Happening {
  const all = room.members.get(account)?.labels ?? [];
  const changes = MemberChanges.create({ labels: { labels: all.filter(({ saved }) => saved) } });
  const previous = MemberChanges.create({ labels: { labels: [...all] } });
  return { kind: { $case: 'memberUpdated', value: { changes, previous, saved: false, deviceId: '' } }, targets: [account] };
}

function closing(room: RoomState, { nowMs, presence }: Context): Happening[] {
  const atMs = closeMs(room);
  if (!room.profile?.open || !isOver(atMs, nowMs)) return [];
  const close = room.close as CloseSchedule;
  if (close.kind === CloseKind.CLOSE_KIND_AFTER_EMPTY && (presence.settling || presence.accounts > 0)) return [];
  const owners = [...whoMatters(room)].filter((who) => who !== theRoom);
  return [{ kind: { $case: 'roomClosed', value: { reason: '', close } } }, ...leavingHappenings(room, owners, 1)];
}
