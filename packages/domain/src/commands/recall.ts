import { parseAccountId, parsePosition } from '../ids.js';
import { checkTexts } from '../limits.js';
import { done, noticeRule, refusal, type Happening } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import type { CommandValue, Context, CreatedRoom, Decision, RecentMessage } from '../types.js';
import { actorRole } from '../views.js';
import type { Handler } from './handler.js';
import { badAccount } from './targets.js';

type Recall = CommandValue<'recallMessage'>;
type Found = Pick<RecentMessage, 'position' | 'account' | 'timeMs'>;

/** One message: its author for a while, managers always. What is remembered is known by all its names, older ones by their id only, and to managers only. */
export const recallMessage: Handler<'recallMessage'> = (room, command, context) => {
  const found = find(room, command, context);
  const no =
    'code' in found
      ? found
      : (mayRecall(room, found, context) ?? checkSilent(command, context) ?? checkTexts([noticeRule(command.notice)]));
  if (no) return refusal(no);
  const { position, account } = found as Found;
  return recalled(room, command, context, { recalled: position, account, sinceMs: 0 });
};

function find(room: CreatedRoom, { messageId, account, sentCommandId, sentMs }: Recall, { actor, recent }: Context): Found | Refusal {
  if (messageId !== '') {
    const position = parsePosition(messageId);
    if (position === undefined || position > room.last) return refuse('not-found', 'there is no such message');
    const unknown = may(actorRole(room, actor), 'changeRoom') ? { position, account: '', timeMs: 0 } : refuse('too-late');
    return recent.find(position) ?? unknown;
  }
  const sender = parseAccountId(account);
  if (sender === undefined) return badAccount;
  if (sentCommandId === '' && sentMs === 0) return refuse('bad-request', 'message_id, or account with sent_command_id or sent_ms');
  const found = sentCommandId !== '' ? recent.findSent(sender, sentCommandId) : recent.findAt(sender, sentMs);
  return found ?? refuse('not-found', 'the room does not remember such a message of this account');
}

function mayRecall(room: CreatedRoom, { account, timeMs }: Found, { actor, nowMs }: Context): Refusal | undefined {
  if (may(actorRole(room, actor), 'changeRoom')) return undefined;
  if (actor.kind !== 'session' || actor.account !== account)
    return refuse('not-allowed', 'only its author and managers take a message back');
  const { recallSeconds } = room.settings;
  return nowMs - timeMs <= recallSeconds * 1000
    ? undefined
    : refuse('too-late', `an author takes a message back within ${recallSeconds} s`);
}

/** All messages of an account since a moment; by managers, or of one's own. */
export const recallMessages: Handler<'recallMessages'> = (room, command, context) => {
  const account = parseAccountId(command.account);
  if (account === undefined) return refusal(badAccount);
  const no = mayRecallAll(room, context) ?? checkSilent(command, context) ?? checkTexts([noticeRule(command.notice)]);
  if (no) return refusal(no);
  return recalled(room, command, context, { recalled: 0, account, sinceMs: command.sinceMs });
};

const mayRecallAll = (room: CreatedRoom, { actor }: Context): Refusal | undefined =>
  may(actorRole(room, actor), 'changeRoom') ? undefined : refuse('not-allowed', 'only managers take back all messages of an account');

const checkSilent = ({ silent }: Pick<Recall, 'silent'>, { actor }: Context): Refusal | undefined =>
  silent && actor.kind !== 'api' ? refuse('not-allowed', 'only the server API recalls silently') : undefined;

type Value = Extract<Happening['kind'], { $case: 'messageRecalled' }>['value'];

function recalled(room: CreatedRoom, { silent, notice }: Pick<Recall, 'silent' | 'notice'>, context: Context, value: Value): Decision {
  const targets = value.account === '' ? [] : [value.account];
  return done(room, context, { kind: { $case: 'messageRecalled', value }, targets, notice, ...(silent ? { audience: 'nobody' } : {}) });
}
