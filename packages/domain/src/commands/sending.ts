import type { Role } from '@plaza/proto/client';
import type { AccountId } from '../ids.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import { textKey } from '../content/text-key.js';
import type { CommandValue, Context, CreatedRoom } from '../types.js';
import { timedMuteLeftMs } from '../views.js';
import type { Author } from './author.js';

/** Why this author may not say anything here now: the room, the role, block and mutes. The platform itself only needs an open room. */
export function maySpeak(room: CreatedRoom, { account, role, tags }: Author, nowMs: number, ignoreTimedMute = false): Refusal | undefined {
  if (!room.profile.open) return refuse('room-closed');
  if (account === undefined) return undefined;
  if (!may(role, 'send')) return refuse('not-allowed', 'anonymous guests only read');
  const member = room.members.get(account);
  if (member?.blocked) return refuse('blocked');
  if (member?.muted) return refuse('muted');
  const leftMs = ignoreTimedMute ? 0 : timedMuteLeftMs(room, account, nowMs);
  if (leftMs > 0) return refuse('timed-muted', `muted for another ${Math.ceil(leftMs / 1000)} s`, leftMs);
  if (may(role, 'sendWhileRoomMuted')) return undefined;
  return room.profile.roomMuted ? refuse('room-muted') : mutedTag(room, tags, nowMs);
}

function mutedTag({ mutedTags }: CreatedRoom, tags: readonly string[], nowMs: number): Refusal | undefined {
  if (mutedTags.size === 0) return undefined;
  for (const tag of tags) {
    const untilMs = mutedTags.get(tag);
    if (untilMs === 0) return refuse('tag-muted', `the tag ${tag} is muted`);
    if (untilMs !== undefined && untilMs > nowMs) return refuse('tag-muted', `the tag ${tag} is muted`, untilMs - nowMs);
  }
  return undefined;
}

/** What the room's settings ask of who is neither a manager nor the platform itself: time in the room, labels, pace. */
export function passesSettings(
  room: CreatedRoom,
  author: Author,
  body: CommandValue<'sendMessage'>['body'],
  context: Context,
): Refusal | undefined {
  const { account, role } = author;
  if (account === undefined || isExempt(role)) return undefined;
  return (
    tooEarly(room, author, context) ??
    closedGate(room, author) ??
    tooFast(room, account, context) ??
    saidBefore(room, account, body, context)
  );
}

export const isExempt = (role: Role): boolean => may(role, 'sendUnfiltered');

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;

/** What is left of some seconds since a moment. One that lies further ahead than that is of a clock that was set back since: nobody waits for it. */
function leftMs(sinceMs: number, spanSeconds: number, nowMs: number): number {
  const spanMs = spanSeconds * 1000;
  return sinceMs - nowMs > spanMs ? 0 : Math.min(spanMs, sinceMs + spanMs - nowMs);
}

function tooEarly({ settings }: CreatedRoom, { enteredMs }: Author, { nowMs }: Context): Refusal | undefined {
  const waitMs = enteredMs === undefined ? 0 : leftMs(enteredMs, settings.entryAgeSeconds, nowMs);
  return waitMs > 0
    ? refuse('too-early', `who entered may send after ${settings.entryAgeSeconds} s, here in ${seconds(waitMs)}`, waitMs)
    : undefined;
}

function closedGate({ settings }: CreatedRoom, { labels }: Author): Refusal | undefined {
  const closed = settings.gates.gates.find(
    ({ label, leastLevel }) => !labels.some(({ name, level }) => name === label && level >= leastLevel),
  );
  if (closed === undefined) return undefined;
  return refuse(
    'gate-closed',
    closed.why === '' ? `only who has the label ${closed.label} of level ${closed.leastLevel} may send` : closed.why,
  );
}

function tooFast({ settings }: CreatedRoom, account: AccountId, { recent, nowMs }: Context): Refusal | undefined {
  if (settings.slowModeSeconds === 0) return undefined;
  const waitMs = leftMs(recent.lastSentMs(account), settings.slowModeSeconds, nowMs);
  return waitMs > 0
    ? refuse('slow-mode', `one message in ${settings.slowModeSeconds} s; the next in ${seconds(waitMs)}`, waitMs)
    : undefined;
}

function saidBefore(
  { settings }: CreatedRoom,
  account: AccountId,
  body: CommandValue<'sendMessage'>['body'],
  context: Context,
): Refusal | undefined {
  if (settings.sameTextSeconds === 0) return undefined;
  const waitMs = leftMs(context.recent.lastSaidMs(account, textKey(body)), settings.sameTextSeconds, context.nowMs);
  return waitMs > 0 ? refuse('same-text', `the same text again in ${seconds(waitMs)}`, waitMs) : undefined;
}
