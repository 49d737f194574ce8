import { MessageClass, OverBudget, type Body, type Message, type MessageOptions } from '@plaza/proto/client';
import { parseAudience } from '../audience.js';
import { checkBody } from '../content/body.js';
import { filterBody } from '../content/filter.js';
import { parseAccountId } from '../ids.js';
import { checkRange, checkTexts, countLimits } from '../limits.js';
import { answer, audienceOf, isUnknown, notKnownYet, placed, refusal } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import { spreadHash } from '../shard.js';
import type { CommandValue, Context, CreatedRoom, Decision } from '../types.js';
import { authorOf, type Author } from './author.js';
import { deliver } from './directed.js';
import type { Handler } from './handler.js';
import { isExempt, maySpeak, passesSettings } from './sending.js';

/** Edges name commands that came without an id by such a mark; it is not the sender's own id of the message. */
const edgeGivenMark = '~';
const shares = 10_000;
const retryMs = 1000;

/**
 * A message on its way into the room: may its author speak, is it well-formed, does the room take its content, is it dropped on purpose, is there room for its
 * class. Directed ones go out without a place in the order.
 */
export const sendMessage: Handler<'sendMessage'> = (room, command, context) => {
  const author = authorOf(room, context);
  const no =
    maySpeak(room, author, context.nowMs, command.options?.ignoreTimedMute) ??
    passesSettings(room, author, command.body, context) ??
    checkBody(command.body, context.limits) ??
    checkOptions(command.options, context);
  if (no) return refusal(no);
  if (hasUnknownTags(room, author, context)) return notKnownYet(author.account!);
  const body = author.account === undefined || isExempt(author.role) ? command.body! : filterBody(room, command.body!);
  if ('code' in body) return refusal(body);
  const message = messageOf(author, body, command, context);
  if (command.options && command.options.receivers.length > 0) return deliver(message, command.options.receivers, context);
  if (isSampled(author, command.options, context)) return answer({ $case: 'sampled', value: { by: 'share' } });
  return withinBudget(room, message, command.options, context);
};

/** Sent as an account whose tags are not known yet, where a muted one of them would matter. */
const hasUnknownTags = ({ mutedTags }: CreatedRoom, { account, role }: Author, context: Context): boolean =>
  context.actor.kind === 'api' &&
  account !== undefined &&
  mutedTags.size > 0 &&
  !may(role, 'sendWhileRoomMuted') &&
  isUnknown(context, account);

function checkOptions(options: MessageOptions | undefined, { actor, limits }: Context): Refusal | undefined {
  if (options === undefined) return undefined;
  const { class: messageClass, sampling, audience, receivers, platformExt, ignoreTimedMute, store, overBudget } = options;
  if (messageClass === MessageClass.MESSAGE_CLASS_SYSTEM) return refuse('not-allowed', 'class system is the room’s own');
  if (messageClass < 0 || messageClass > MessageClass.MESSAGE_CLASS_SYSTEM) return refuse('bad-request', 'there is no such message class');
  if (overBudget < 0 || overBudget > OverBudget.OVER_BUDGET_REFUSE) return refuse('bad-request', 'over_budget is demote or refuse');
  if (actor.kind === 'session' && (platformExt !== '' || ignoreTimedMute))
    return refuse('not-allowed', 'platform_ext and ignore_timed_mute are the server API’s');
  const matcher = audience === '' ? undefined : parseAudience(audience);
  if (typeof matcher === 'object') return matcher;
  const no =
    checkRange('sampling', sampling, 0, shares - 1) ??
    checkTexts([{ field: 'platform_ext', text: platformExt, most: limits.extCodePoints, opaque: true }]);
  return no ?? (receivers.length === 0 ? undefined : checkReceivers(receivers, store, audience));
}

function checkReceivers(receivers: readonly string[], store: boolean | undefined, audience: string): Refusal | undefined {
  if (receivers.length > countLimits.receivers) return refuse('too-many', `more than ${countLimits.receivers} receivers`);
  if (receivers.some((account) => parseAccountId(account) === undefined))
    return refuse('bad-request', 'a receiver is no account: 1-64 of A-Z a-z 0-9 _ - . @ :');
  if (store === true) return refuse('bad-request', 'a directed message is not stored');
  return audience === '' ? undefined : refuse('bad-request', 'receivers and audience exclude each other');
}

function messageOf(
  { account, role, nickname, avatar, labels }: Author,
  body: Body,
  { body: sent, options }: CommandValue<'sendMessage'>,
  { commandId }: Context,
): Message {
  return {
    account: account ?? '',
    nickname,
    avatar,
    role,
    body,
    class: options?.class || MessageClass.MESSAGE_CLASS_NORMAL,
    commandId: commandId.startsWith(edgeGivenMark) ? '' : commandId,
    platformExt: options?.platformExt ?? '',
    labels: [...labels],
    masked: body !== sent,
    notAgain: options?.notAgain ?? false,
  };
}

/** By a hash of who and which command: a repeat falls the same way. */
function isSampled({ account }: Author, options: MessageOptions | undefined, { commandId }: Context): boolean {
  const share = options?.sampling ?? 0;
  return share > 0 && spreadHash(`${account ?? ''}\n${commandId}`) % shares < share;
}

/** Class high beyond its budget is demoted or refused, as its sender chose; of the others the excess is dropped, and said to be. */
function withinBudget(room: CreatedRoom, message: Message, options: MessageOptions | undefined, context: Context): Decision {
  if (hasRoom(room, message.class, context)) return accept(room, message, options, context);
  if (message.class !== MessageClass.MESSAGE_CLASS_HIGH) return dropped(message.class);
  if (options?.overBudget === OverBudget.OVER_BUDGET_REFUSE) {
    return refusal(refuse('over-budget', `at most ${room.settings.highPerSecond} messages of class high a second`, retryMs));
  }
  return withinBudget(room, { ...message, class: MessageClass.MESSAGE_CLASS_NORMAL }, options, context);
}

function hasRoom({ settings }: CreatedRoom, messageClass: MessageClass, { recent, nowMs }: Context): boolean {
  const budget = budgetOf(settings, messageClass);
  return budget === 0 || recent.countOf(messageClass, nowMs) < budget;
}

function budgetOf({ highPerSecond, normalPerSecond, lowPerSecond }: CreatedRoom['settings'], messageClass: MessageClass): number {
  if (messageClass === MessageClass.MESSAGE_CLASS_HIGH) return highPerSecond;
  return messageClass === MessageClass.MESSAGE_CLASS_LOW ? lowPerSecond : normalPerSecond;
}

const dropped = (messageClass: MessageClass): Decision => ({
  ...answer({ $case: 'sampled', value: { by: 'budget' } }),
  effects: { skipped: messageClass },
});

function accept(room: CreatedRoom, message: Message, options: MessageOptions | undefined, context: Context): Decision {
  const happening = {
    kind: { $case: 'message', value: message },
    stored: options?.store ?? true,
    audience: audienceOf(options?.audience ?? ''),
  } as const;
  const events = placed(room, context, [happening]);
  const { position } = events[0]!.event;
  return { events, reply: { $case: 'accepted', value: { messageId: String(position), position } } };
}
