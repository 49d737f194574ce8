import type { Event, Notice } from '@plaza/proto/client';
import type { AccountId } from './ids.js';
import { textLimits, type TextRule } from './limits.js';
import { nextPosition } from './position.js';
import { refuse, type Refusal, type RefusalCode } from './refusal.js';
import type { Agreement, Audience, Context, DecidedEvent, Decision, ReplyResult, RoomState } from './types.js';
import { operatorOf } from './views.js';

/** What is to happen; its position, time and operator follow from the room and the context. */
export interface Happening {
  readonly kind: NonNullable<Event['kind']>;
  readonly targets?: readonly string[];
  readonly notice?: Notice | undefined;
  /** Default: whatever members see, but coming and going. */
  readonly stored?: boolean;
  readonly audience?: Audience;
}

/** Events that are not worth keeping: the others can be read in the history as notifications. */
const passing: readonly string[] = ['entered', 'left'];

/** Gives happenings their places behind the room's last event, one after the other. */
export function placed(room: RoomState, context: Context, happenings: readonly Happening[]): DecidedEvent[] {
  let last = room.last;
  return happenings.map(({ kind, targets = [], notice, stored, audience }) => {
    last = nextPosition(last, context.nowMs);
    const operator = operatorOf(context.actor);
    const event: Event = { position: last, timeMs: context.nowMs, operator, targets: [...targets], notifyExt: notice?.ext ?? '', kind };
    const seenBy = audience ?? (notice?.notify === false ? 'nobody' : 'all');
    return { event, stored: stored ?? (seenBy !== 'nobody' && !passing.includes(kind.$case)), audience: seenBy };
  });
}

/** The position that the first event of a decision gets: revisions are named by it. */
export const placeOfNext = (room: RoomState, { nowMs }: Context): number => nextPosition(room.last, nowMs);

export const refused = (code: RefusalCode, why?: string, retryAfterMs?: number): Decision => ({ refusal: refuse(code, why, retryAfterMs) });
export const refusal = (value: Refusal): Decision => ({ refusal: value });
export const unchanged: Agreement = { events: [], reply: { $case: 'unchanged', value: {} } };
export const answer = (reply: ReplyResult): Agreement => ({ events: [], reply });

/** While counts settle, who was not announced yet may be here or not: nobody knows. */
export const isUnknown = ({ presence }: Pick<Context, 'presence'>, account: AccountId): boolean =>
  presence.settling && !presence.isPresent(account);
/** Nothing was done: whether these accounts are here is not known yet. */
export const notKnownYet = (...accounts: readonly string[]): Agreement =>
  answer({
    $case: 'unavailable',
    value: { retryAfterMs: 1000, why: `not known yet after a takeover: who is in the room (${accounts.join(', ')})` },
  });

/** One event, answered by its position. */
export function done(room: RoomState, context: Context, happening: Happening, secondsLeft?: number): Decision {
  const events = placed(room, context, [happening]);
  return { events, reply: { $case: 'done', value: { position: events[0]!.event.position, secondsLeft } } };
}

/** A tag expression as an audience; empty: everybody. */
export const audienceOf = (tags: string): Audience => (tags === '' ? 'all' : { tags });

/** Several events, answered by the position of the first. */
export function doneAll(room: RoomState, context: Context, happenings: readonly Happening[]): Agreement {
  const events = placed(room, context, happenings);
  return { events, reply: { $case: 'done', value: { position: events[0]!.event.position, secondsLeft: undefined } } };
}

/** `notify: false` hides an event whatever its audience is. */
export const noticeAudience = (notice: Notice | undefined, audience: Audience): Audience =>
  notice?.notify === false ? 'nobody' : audience;

export const noticeRule = (notice: Notice | undefined): TextRule => ({
  field: 'notice.ext',
  text: notice?.ext ?? '',
  most: textLimits.noticeExt,
  opaque: true,
});
