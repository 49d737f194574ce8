import type { Message } from '@plaza/proto/client';
import { checkBody } from '../content/body.js';
import { parsePosition } from '../ids.js';
import { checkTexts } from '../limits.js';
import { done, noticeRule, refusal, refused, unchanged } from '../outcome.js';
import type { CommandValue, Context } from '../types.js';
import { operatorOf } from '../views.js';
import type { Handler } from './handler.js';
import { mayChangeRoom } from './targets.js';

/** One a room; another replaces it. Its content comes from the room's memory, or from the server API, which has the history. */
export const pinMessage: Handler<'pinMessage'> = (room, command, context) => {
  const no = mayChangeRoom(room, context) ?? checkTexts([noticeRule(command.notice)]);
  if (no) return refusal(no);
  const { messageId, message: given, notice } = command;
  if (given !== undefined && context.actor.kind !== 'api') return refused('not-allowed', 'only the server API gives a content to pin');
  const position = parsePosition(messageId);
  const message = position === undefined || position > room.last ? undefined : contentOf(position, command, context);
  if (message === undefined) return refused('not-found', 'the room does not remember such a message');
  if (room.pinned?.messageId === messageId) return unchanged;
  const wrong = checkBody(message.body, context.limits);
  if (wrong) return refusal(wrong);
  const pinned = { messageId, message, operator: operatorOf(context.actor), timeMs: context.nowMs };
  return done(room, context, { kind: { $case: 'pinned', value: { pinned, previousMessageId: room.pinned?.messageId ?? '' } }, notice });
};

function contentOf(position: number, { message }: CommandValue<'pinMessage'>, { recent }: Context): Message | undefined {
  const remembered = recent.find(position)?.event.kind;
  return remembered?.$case === 'message' ? remembered.value : message;
}

export const unpinMessage: Handler<'unpinMessage'> = (room, { notice }, context) => {
  const no = mayChangeRoom(room, context) ?? checkTexts([noticeRule(notice)]);
  if (no) return refusal(no);
  if (room.pinned === undefined) return unchanged;
  return done(room, context, { kind: { $case: 'unpinned', value: { messageId: room.pinned.messageId } }, notice });
};
