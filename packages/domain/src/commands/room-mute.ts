import { parseAudience } from '../audience.js';
import { checkNames, checkRange, checkTexts, monthSeconds, textLimits } from '../limits.js';
import { audienceOf, done, noticeAudience, noticeRule, refusal, unchanged } from '../outcome.js';
import type { Refusal } from '../refusal.js';
import type { CommandValue, Context, CreatedRoom } from '../types.js';
import type { Handler } from './handler.js';
import { mayChangeRoom } from './targets.js';

/** Everybody but the creator and administrators. */
export const muteRoom: Handler<'muteRoom'> = (room, { notice }, context) => {
  const no = mayChangeRoom(room, context) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  return room.profile.roomMuted ? unchanged : done(room, context, { kind: { $case: 'roomMuted', value: {} }, notice });
};

export const unmuteRoom: Handler<'unmuteRoom'> = (room, { notice }, context) => {
  const no = mayChangeRoom(room, context) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  return room.profile.roomMuted ? done(room, context, { kind: { $case: 'roomUnmuted', value: {} }, notice }) : unchanged;
};

/** Everyone with a tag, for a time or until it is lifted; a second one replaces the first. */
export const muteTag: Handler<'muteTag'> = (room, command, context) => {
  const { tag, seconds, notice, audience } = command;
  const no = checkTagCommand(room, command, context) ?? checkRange('seconds', seconds, 0, monthSeconds);
  if (no) return refusal(no);
  const untilMs = seconds === 0 ? 0 : context.nowMs + seconds * 1000;
  if (untilMs === 0 && room.mutedTags.get(tag) === 0) return unchanged;
  const kind = { $case: 'tagMuted', value: { tag, seconds, untilMs } } as const;
  return done(room, context, { kind, notice, audience: noticeAudience(notice, audienceOf(audience)) });
};

/** Lifting one early tells how long was left. */
export const unmuteTag: Handler<'unmuteTag'> = (room, command, context) => {
  const { tag, notice, audience } = command;
  const no = checkTagCommand(room, command, context);
  if (no) return refusal(no);
  const untilMs = room.mutedTags.get(tag);
  if (untilMs === undefined) return unchanged;
  const secondsLeft = untilMs === 0 ? 0 : Math.max(0, Math.ceil((untilMs - context.nowMs) / 1000));
  const kind = { $case: 'tagUnmuted', value: { tag, secondsLeft } } as const;
  return done(room, context, { kind, notice, audience: noticeAudience(notice, audienceOf(audience)) }, secondsLeft || undefined);
};

type TagCommand = Pick<CommandValue<'muteTag'>, 'tag' | 'notice' | 'audience'>;

function checkTagCommand(room: CreatedRoom, { tag, notice, audience }: TagCommand, context: Context): Refusal | undefined {
  const no = mayChangeRoom(room, context) ?? checkNames([tag], 'tag', textLimits.tag) ?? checkTexts([noticeRule(notice)]);
  const matcher = audience === '' ? undefined : parseAudience(audience);
  return no ?? (typeof matcher === 'object' ? matcher : undefined);
}
