import { placed, unchanged } from './outcome.js';
import type { Context, Decision, MemberRecord, RoomState } from './types.js';

/** One decision ends no more timed mutes than this; the rest stays due. */
const mostAtOnce = 256;

/** When the room next has something to do by itself (the earliest end of a timed mute), Unix ms; 0: never. */
export function nextDueMs(room: RoomState): number {
  let earliest = 0;
  for (const { mutedUntilMs } of room.members.values()) {
    if (mutedUntilMs > 0 && (earliest === 0 || mutedUntilMs < earliest)) earliest = mutedUntilMs;
  }
  return earliest;
}

/** What has fallen due by now: timed mutes that ended, in the order of their ends. */
export function decideDue(room: RoomState, context: Context): Decision {
  const ended = [...room.members.values()].filter(({ mutedUntilMs }) => mutedUntilMs > 0 && mutedUntilMs <= context.nowMs);
  if (ended.length === 0) return unchanged;
  const happenings = ended
    .sort(byEnd)
    .slice(0, mostAtOnce)
    .map(({ account }) => ({ kind: { $case: 'timedUnmuted', value: { secondsLeft: 0 } } as const, targets: [account] }));
  const events = placed(room, { ...context, actor: { kind: 'clock' } }, happenings);
  return { events, reply: { $case: 'done', value: { position: events.at(-1)!.event.position, secondsLeft: undefined } } };
}

const byEnd = (a: MemberRecord, b: MemberRecord): number => a.mutedUntilMs - b.mutedUntilMs || (a.account < b.account ? -1 : 1);
