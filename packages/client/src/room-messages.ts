import {
  MessageOptions,
  ReadHistory,
  RecallMessage,
  type HistoryPage,
  type MessageClass,
  type OverBudget,
  type Pinned,
} from '@plaza/proto/client';
import type { RequestBody } from './connection.js';
import { bodyOf, type MessageBody } from './message-body.js';
import { noticeOf, unexpected, type Done, type NoticeOptions, type Result, type RoomRequests } from './room-requests.js';

export interface CommandOptions {
  /** Default: a fresh one. The same again within 60 s is the same message. */
  readonly commandId?: string;
}

export interface SendOptions extends CommandOptions {
  /** Default true: kept in the history. */
  readonly store?: boolean;
  /** Default normal. */
  readonly class?: MessageClass;
  /** Of 10,000 such messages so many are dropped on purpose, 0-9999. */
  readonly sampling?: number;
  /** A tag expression, <= 128 characters: who gets it. Default: everybody. */
  readonly audience?: string;
  /** What becomes of a message of class high beyond the room's budget. */
  readonly overBudget?: OverBudget;
  /** Of class high, and not given again to who returns. */
  readonly notAgain?: boolean;
}

/** `sampled`: dropped on purpose, nobody gets it; by its own share or by the room's budget of its class. */
export type Sent =
  | { readonly outcome: 'accepted'; readonly messageId: string; readonly position: number }
  | { readonly outcome: 'sampled'; readonly by: 'share' | 'budget' };

export interface Delivered {
  /** So many sessions got it. */
  readonly sessions: number;
  /** Receivers who are not in the room. */
  readonly absent: readonly string[];
}

/** One message: by its id, by its sender's own id of it, or by its sender and time. */
export type MessageName =
  | { readonly messageId: string }
  | { readonly account: string; readonly commandId: string }
  | { readonly account: string; readonly timeMs: number };

/** What is said in the room, and what becomes of it. */
export class RoomMessages {
  constructor(private readonly requests: RoomRequests) {}

  /** Resolves when the message is in the log, or was dropped on purpose. While away it waits, and goes out after the reconnect. */
  async send(body: MessageBody, { commandId, ...options }: SendOptions = {}): Promise<Sent> {
    const ask = sendBody(body, options);
    const result = await this.requests.command(ask, commandId);
    if (result.$case === 'accepted') return { outcome: 'accepted', ...result.value };
    if (result.$case === 'sampled') return { outcome: 'sampled', by: result.value.by === 'share' ? 'share' : 'budget' };
    throw unexpected(ask, result.$case);
  }

  /** To at most 100 accounts in the room: outside the order, and not stored. Their pages and one's own get it as `direct`. */
  async sendTo(receivers: readonly string[], body: MessageBody, { commandId }: CommandOptions = {}): Promise<Delivered> {
    if (receivers.length === 0) throw new TypeError('a directed message needs receivers');
    const ask = sendBody(body, { receivers: [...receivers] });
    return deliveredOf(ask, await this.requests.command(ask, commandId));
  }

  sendPrivate(receiver: string, body: MessageBody, options: CommandOptions = {}): Promise<Delivered> {
    return this.sendTo([receiver], body, options);
  }

  /** Counted, and told by `reactions` once a second. 1-100 at once. */
  async react(kind: string, count = 1): Promise<void> {
    await this.requests.manage({ $case: 'react', value: { kind, count } });
  }

  /** One's own within the room's recall time; managers everybody's. */
  recall(message: MessageName, options: NoticeOptions = {}): Promise<Done> {
    const name = 'commandId' in message ? { account: message.account, sentCommandId: message.commandId } : sentAt(message);
    return this.requests.manage({ $case: 'recallMessage', value: RecallMessage.fromPartial({ ...name, notice: noticeOf(options) }) });
  }

  /** All messages of an account since a moment, Unix ms. */
  recallAll(account: string, sinceMs: number, options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'recallMessages', value: { account, sinceMs, silent: false, notice: noticeOf(options) } });
  }

  /** Replaces the one that is pinned. */
  pin(messageId: Pinned['messageId'], options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'pinMessage', value: { messageId, message: undefined, notice: noticeOf(options) } });
  }

  unpin(options: NoticeOptions = {}): Promise<Done> {
    return this.requests.manage({ $case: 'unpinMessage', value: { notice: noticeOf(options) } });
  }

  /** Stored messages, oldest first; without bounds the newest. `upTo`: everything stored up to there was considered; `next`: the next page's bound. */
  history(page: Partial<ReadHistory> = {}): Promise<HistoryPage> {
    return this.requests.read({ $case: 'readHistory', value: ReadHistory.fromPartial(page) }, 'historyPage');
  }
}

const sendBody = (body: MessageBody, options: Partial<MessageOptions>): RequestBody => ({
  $case: 'sendMessage',
  value: { body: bodyOf(body), options: MessageOptions.fromPartial(options) },
});

function deliveredOf(ask: RequestBody, result: Result): Delivered {
  if (result.$case === 'delivered') return result.value;
  throw unexpected(ask, result.$case);
}

const sentAt = (message: Exclude<MessageName, { commandId: string }>): Partial<RecallMessage> =>
  'messageId' in message ? { messageId: message.messageId } : { account: message.account, sentMs: message.timeMs };
