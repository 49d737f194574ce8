import { CloseKind, type CloseAsk, type CloseSchedule } from '@plaza/proto/client';
import { emptyHappenings } from '../dependents.js';
import { checkRange, checkTexts } from '../limits.js';
import { doneAll, noticeRule, refusal, unchanged } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import type { Context, CreatedRoom } from '../types.js';
import { actorRole } from '../views.js';
import type { Handler } from './handler.js';

const weekSeconds = 604_800;

export function checkClose(close: CloseAsk | undefined): Refusal | undefined {
  if (close === undefined) return undefined;
  if (close.kind !== CloseKind.CLOSE_KIND_AFTER && close.kind !== CloseKind.CLOSE_KIND_AFTER_EMPTY)
    return refuse('bad-request', 'close.kind is after or after empty');
  return checkRange('close.seconds', close.seconds, 1, weekSeconds);
}

/** The clock starts now. */
export const scheduleOf = (close: CloseAsk | undefined, { nowMs }: Context): CloseSchedule | undefined =>
  close && { ...close, startMs: nowMs };

export const mayOpenOrClose = (room: CreatedRoom, { actor }: Context): Refusal | undefined =>
  may(actorRole(room, actor), 'openAndClose') ? undefined : refuse('not-allowed', 'only the creator opens and closes');

/** Another one replaces it, and its clock starts again: it is never `unchanged`. */
export const scheduleClose: Handler<'scheduleClose'> = (room, { close, notice }, context) => {
  const asked = close ? checkClose(close) : refuse('bad-request', 'close is missing');
  const no =
    mayOpenOrClose(room, context) ?? asked ?? checkTexts([noticeRule(notice)]) ?? (room.profile.open ? undefined : refuse('room-closed'));
  return no ? refusal(no) : changed(room, context, scheduleOf(close, context), notice);
};

export const cancelClose: Handler<'cancelClose'> = (room, { notice }, context) => {
  const no = mayOpenOrClose(room, context) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  return room.close === undefined ? unchanged : changed(room, context, undefined, notice);
};

/** The delayed close becomes this one; undefined: there is none any more. */
export function changed(room: CreatedRoom, context: Context, close: CloseSchedule | undefined, notice: Parameters<typeof noticeRule>[0]) {
  const value = { changes: undefined, previous: undefined, close, previousClose: room.close, closeChanged: true };
  return doneAll(room, context, [{ kind: { $case: 'roomUpdated', value }, notice }, ...emptyHappenings(room, close, context.presence)]);
}
