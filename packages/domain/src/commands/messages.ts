import { MessageClass, Role, type Body, type Message, type SendMessage } from '@plaza/proto/client';
import { isAnonymousAccount, type AccountId } from '../ids.js';
import { checkTexts, type TextRule } from '../limits.js';
import { placed, refusal } from '../outcome.js';
import { refuse, type Refusal } from '../refusal.js';
import { may } from '../roles.js';
import type { Actor, Context, CreatedRoom, Decision } from '../types.js';
import { roleOf, timedMuteLeftMs } from '../views.js';

/** As whom a message is sent; account undefined: the platform itself. */
interface Author {
  readonly account: AccountId | undefined;
  readonly role: Role;
  readonly nickname: string;
  readonly avatar: string;
}

/** Edges name commands that came without an id by such a mark; it is not the sender's own id of the message. */
const edgeGivenMark = '~';
const subType = /^[A-Za-z0-9_.-]{1,32}$/;

export function sendMessage(room: CreatedRoom, command: SendMessage, context: Context): Decision {
  const author = authorOf(room, context.actor);
  const no = maySend(room, author, context.nowMs) ?? checkMessage(command, context);
  if (no) return refusal(no);
  const stored = command.options?.store ?? true;
  const value = messageOf(author, command, context.commandId);
  const events = placed(room, context, [{ kind: { $case: 'message', value }, stored }]);
  const { position } = events[0]!.event;
  return { events, reply: { $case: 'accepted', value: { messageId: String(position), position } } };
}

function authorOf(room: CreatedRoom, actor: Actor): Author {
  if (actor.kind === 'session') return { ...actor, role: roleOf(room, actor.account, actor.anonymous) };
  const account = actor.kind === 'api' ? actor.as : undefined;
  const role = account === undefined ? Role.ROLE_UNSPECIFIED : roleOf(room, account, isAnonymousAccount(account));
  return { account, role, nickname: '', avatar: '' };
}

function maySend(room: CreatedRoom, { account, role }: Author, nowMs: number): Refusal | undefined {
  if (!room.profile.open) return refuse('room-closed');
  if (account === undefined) return undefined;
  if (!may(role, 'send')) return refuse('not-allowed', 'anonymous guests only read');
  const member = room.members.get(account);
  if (member?.blocked) return refuse('blocked');
  if (member?.muted) return refuse('muted');
  const leftMs = timedMuteLeftMs(room, account, nowMs);
  if (leftMs > 0) return refuse('timed-muted', `muted for another ${Math.ceil(leftMs / 1000)} s`, leftMs);
  return room.profile.roomMuted && !may(role, 'sendWhileRoomMuted') ? refuse('room-muted') : undefined;
}

function checkMessage({ body, options }: SendMessage, { limits }: Context): Refusal | undefined {
  const messageClass = options?.class ?? MessageClass.MESSAGE_CLASS_UNSPECIFIED;
  if (messageClass === MessageClass.MESSAGE_CLASS_SYSTEM) return refuse('not-allowed', 'class system is the room’s own');
  if (messageClass < 0 || messageClass > MessageClass.MESSAGE_CLASS_SYSTEM) return refuse('bad-request', 'there is no such message class');
  if (!body?.content) return refuse('bad-request', 'a message needs a body with content');
  return checkContent(body.content) ?? checkTexts(bodyRules(body, limits.bodyCodePoints, limits.extCodePoints));
}

function checkContent(content: NonNullable<Body['content']>): Refusal | undefined {
  if (content.$case === 'custom') {
    return subType.test(content.value.subType) ? undefined : refuse('bad-request', 'sub_type is 1-32 of A-Z a-z 0-9 _ - .');
  }
  if (content.$case !== 'text') return refuse('bad-request', 'not there yet');
  return content.value.text === '' ? refuse('bad-request', 'the text is empty') : undefined;
}

function bodyRules({ content, ext }: Body, mostBody: number, mostExt: number): TextRule[] {
  const extRule = { field: 'ext', text: ext, most: mostExt, opaque: true };
  if (content?.$case === 'custom') return [{ field: 'content', text: content.value.content, most: mostBody, opaque: true }, extRule];
  return [{ field: 'text', text: content?.$case === 'text' ? content.value.text : '', most: mostBody }, extRule];
}

function messageOf({ account, ...author }: Author, { body, options }: SendMessage, commandId: string): Message {
  return {
    account: account ?? '',
    nickname: author.nickname,
    avatar: author.avatar,
    role: author.role,
    body,
    class: options?.class || MessageClass.MESSAGE_CLASS_NORMAL,
    commandId: commandId.startsWith(edgeGivenMark) ? '' : commandId,
    platformExt: options?.platformExt ?? '',
    labels: [],
    masked: false,
    notAgain: options?.notAgain ?? false,
  };
}
