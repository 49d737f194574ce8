import {
  ListQueue,
  OfferMode,
  QueueOffer,
  QueueUpdate,
  type QueueElement,
  type QueuePage,
  type QueueResult,
  type QueueResults,
} from '@plaza/proto/client';
import type { RequestBody } from './connection.js';
import { noticeOf, unexpected, type NoticeOptions, type RoomRequests } from './room-requests.js';

export interface OfferOptions extends NoticeOptions {
  /** Default: insert, or update where the key is there. */
  readonly mode?: OfferMode;
}

export interface PollOptions extends NoticeOptions {
  readonly ifRevision?: number;
}

type Keyed<T> = Partial<Omit<T, 'key'>> & { readonly key: string };

/** The room's queue of keyed elements. Of several elements each has its own result: `code` is empty where it was done. */
export class RoomQueue {
  constructor(private readonly requests: RoomRequests) {}

  /** In its order. */
  list(page: Partial<ListQueue> = {}): Promise<QueuePage> {
    return this.requests.read({ $case: 'listQueue', value: ListQueue.fromPartial(page) }, 'queuePage');
  }

  /** The head, which stays; undefined: the queue is empty. */
  async peek(): Promise<QueueElement | undefined> {
    return (await this.requests.read({ $case: 'peekQueue', value: {} }, 'queuePage')).elements[0];
  }

  /** 1-100 keys; `absent` names those that are not there. */
  get(keys: readonly string[]): Promise<QueuePage> {
    return this.requests.read({ $case: 'getQueueElements', value: { keys: [...keys] } }, 'queuePage');
  }

  /** For 0-1000 elements, default 100. */
  async init(size?: number): Promise<void> {
    await this.requests.command({ $case: 'initQueue', value: { size } });
  }

  /** 1-100 elements. One alone is refused where it cannot be. */
  async offer(elements: readonly Keyed<QueueOffer>[], { mode = OfferMode.OFFER_MODE_BOTH, ...options }: OfferOptions = {}) {
    const value = { elements: elements.map((element) => QueueOffer.fromPartial(element)), mode, notice: noticeOf(options) };
    return resultsOf(await this.requests.change({ $case: 'offerQueue', value }, 'queueResults'));
  }

  /** Takes the head, or (with a key) that element; refused with `not-found` where nothing is there. */
  async poll(key = '', { ifRevision, ...options }: PollOptions = {}): Promise<QueueElement> {
    const ask: RequestBody = { $case: 'pollQueue', value: { key, ifRevision, notice: noticeOf(options) } };
    const element = (await this.requests.change(ask, 'queueResults'))?.results[0]?.element;
    if (element === undefined) throw unexpected(ask, 'no element');
    return element;
  }

  /** 1-200 new values of keys that are there; others are never inserted. */
  async update(elements: readonly Keyed<QueueUpdate>[], options: NoticeOptions = {}): Promise<readonly QueueResult[]> {
    const value = { elements: elements.map((element) => QueueUpdate.fromPartial(element)), notice: noticeOf(options) };
    return resultsOf(await this.requests.change({ $case: 'updateQueue', value }, 'queueResults'));
  }

  /** Empties the queue, which stays. */
  async drop(options: NoticeOptions = {}): Promise<void> {
    await this.requests.command({ $case: 'dropQueue', value: { notice: noticeOf(options) } });
  }

  /** There is no queue until the next `init`. */
  async delete(options: NoticeOptions = {}): Promise<void> {
    await this.requests.command({ $case: 'deleteQueue', value: { notice: noticeOf(options) } });
  }
}

const resultsOf = (answer: QueueResults | undefined): readonly QueueResult[] => answer?.results ?? [];
