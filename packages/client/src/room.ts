import type { Role } from '@plaza/proto/client';
import {
  Join,
  ListMembers,
  MessageClass,
  MessageOptions,
  ReadHistory,
  type Batch,
  type Body,
  type Event,
  type HistoryPage,
  type Incomplete,
  type Member,
  type MemberPage,
  type Notice,
  type Removed,
  type Reply,
  type RoomInfo,
  type Signal,
} from '@plaza/proto/client';
import { Chain } from './chain.js';
import { newCommandId } from './command-id.js';
import type { Connection, RequestBody } from './connection.js';
import { Emitter } from './emitter.js';
import { PlazaClosed, PlazaRefused, PlazaTimeout } from './errors.js';
import { Outbox } from './outbox.js';
import { PacedEvents } from './paced-events.js';
import { pause } from './timers.js';
import type { ClientSettings } from './settings.js';

/** `in`: events arrive. `away`: they will again, without a hole. `left`, `removed`: over. */
export type RoomState = 'joining' | 'in' | 'away' | 'left' | 'removed';

export interface Profile {
  readonly nickname?: string;
  readonly avatar?: string;
  readonly ext?: string;
}

export interface Counts {
  readonly accounts: number;
  readonly connections: number;
  /** After a takeover the counts are still growing for a while. */
  readonly settling: boolean;
  readonly atMs: number;
}

export interface SendOptions {
  /** Default true: kept in the history. */
  readonly store?: boolean;
  readonly class?: MessageClass;
  /** Default: a fresh one. The same again within 60 s is the same message. */
  readonly commandId?: string;
}

export interface NoticeOptions {
  /** Default true: the room is told. */
  readonly notify?: boolean;
  readonly notifyExt?: string;
}

export interface Done {
  /** Of the event; undefined: nothing was changed. */
  readonly position: number | undefined;
  readonly secondsLeft?: number | undefined;
}

export type RoomEvents = {
  /** New events in order, gathered for a page. */
  events: readonly Event[];
  counts: Counts;
  state: RoomState;
  /** The edge cannot hear the room right now, or can again. */
  stale: boolean;
  /** Events between these positions are not delivered any more: `history` has the messages among them. */
  incomplete: { readonly after: number; readonly until: number };
  /** Kicked, closed, refused after a reconnect: with a code of the refusal catalogue. */
  removed: { readonly code: string; readonly why: string };
};

/** A room that the client is in, over all reconnects until `leave`. Methods reject with PlazaRefused, PlazaTimeout, OutboxFull or PlazaClosed. */
export class Room {
  readonly #chain = new Chain();
  readonly #outbox: Outbox;
  readonly #events = new Emitter<RoomEvents>();
  readonly #paced: PacedEvents;
  #connection: Connection | undefined;
  #resuming = false;
  #state: RoomState = 'joining';
  #stale = false;
  #self: Member | undefined;
  #about: RoomInfo | undefined;
  #counts: Counts | undefined;

  constructor(
    readonly id: string,
    private readonly profile: Profile,
    private readonly settings: ClientSettings,
    private readonly forget: () => void,
  ) {
    this.#outbox = new Outbox(id, settings.timers, settings.outboxLimit);
    this.#paced = new PacedEvents(settings.eventsEveryMs, settings.timers, (events) => this.#events.emit('events', events));
  }

  get state(): RoomState {
    return this.#state;
  }

  /** The newest position that was read. */
  get position(): number | undefined {
    return this.#chain.position;
  }

  /** One's own state, as told at the last entry. */
  get self(): Member | undefined {
    return this.#self;
  }

  /** The room, as told at the last entry. */
  get about(): RoomInfo | undefined {
    return this.#about;
  }

  get counts(): Counts | undefined {
    return this.#counts;
  }

  on<Name extends keyof RoomEvents>(name: Name, listener: (value: RoomEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  onEvents(listener: (events: readonly Event[]) => void): () => void {
    return this.on('events', listener);
  }

  /** Resolves when the message is in the log. While away it waits, and goes out after the reconnect. */
  async send(message: string | Body, options: SendOptions = {}): Promise<{ messageId: string; position: number }> {
    const body: Body = typeof message === 'string' ? { ext: '', content: { $case: 'text', value: { text: message } } } : message;
    const { commandId: _, class: messageClass = MessageClass.MESSAGE_CLASS_UNSPECIFIED, ...rest } = options;
    const value = { body, options: MessageOptions.fromPartial({ class: messageClass, ...rest }) };
    const result = await this.#command({ $case: 'sendMessage', value }, options.commandId);
    if (result?.$case !== 'accepted') throw unexpected('sendMessage', result);
    return result.value;
  }

  /** Stored messages, oldest first; without bounds the newest. `upTo`: everything stored up to there was considered. */
  async history(page: { before?: number; after?: number; limit?: number } = {}): Promise<HistoryPage> {
    const result = await this.#read({ $case: 'readHistory', value: ReadHistory.fromPartial(page) });
    if (result?.$case !== 'historyPage') throw unexpected('readHistory', result);
    return result.value;
  }

  /** The online members by the time of their entry. */
  async members(page: { pageToken?: string; limit?: number } = {}): Promise<MemberPage> {
    const result = await this.#read({ $case: 'listMembers', value: ListMembers.fromPartial(page) });
    if (result?.$case !== 'memberPage') throw unexpected('listMembers', result);
    return result.value;
  }

  async info(): Promise<RoomInfo> {
    const result = await this.#read({ $case: 'getRoom', value: {} });
    if (result?.$case !== 'roomInfo') throw unexpected('getRoom', result);
    return result.value;
  }

  mute(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.#manage({ $case: 'muteMember', value: { account, notice: noticeOf(options) } });
  }

  unmute(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.#manage({ $case: 'unmuteMember', value: { account, notice: noticeOf(options) } });
  }

  /** 1 to 2,592,000 seconds. */
  timedMute(account: string, seconds: number, options: NoticeOptions = {}): Promise<Done> {
    return this.#manage({ $case: 'timedMuteMember', value: { account, seconds, notice: noticeOf(options) } });
  }

  timedUnmute(account: string, options: NoticeOptions = {}): Promise<Done> {
    return this.#manage({ $case: 'timedUnmuteMember', value: { account, notice: noticeOf(options) } });
  }

  kick(account: string, reason = '', options: NoticeOptions = {}): Promise<Done> {
    return this.#manage({ $case: 'kickMember', value: { account, reason, refuseSeconds: 0, notice: noticeOf(options) } });
  }

  setRole(account: string, role: Role, options: NoticeOptions = {}): Promise<Done> {
    return this.#manage({ $case: 'setRole', value: { account, role, notice: noticeOf(options) } });
  }

  /** Resolves when the server knows, or at once while away: then it learns by the missing connection. */
  async leave(): Promise<void> {
    const connection = this.#state === 'in' ? this.#connection : undefined;
    this.#end('left', new PlazaClosed('the room was left'));
    if (connection !== undefined) await this.#leaveAgain(connection);
  }

  /** @internal The client is online: enters, or enters again with everything since. */
  async enter(connection: Connection): Promise<void> {
    this.#connection = connection;
    while (this.#connection === connection) {
      const reply = await this.#join(connection);
      if (this.#over && reply?.result?.$case === 'joined') return this.#leaveAgain(connection);
      if (this.#connection !== connection || reply === undefined) return;
      if (reply.result?.$case === 'refused') return this.refused(reply.result.value.code, reply.result.value.why);
      if (reply.result?.$case === 'joined') return this.#entered(connection, reply);
      await pause(this.settings.timers, reply.result?.$case === 'unavailable' ? Math.max(100, reply.result.value.retryAfterMs) : 1000);
    }
  }

  /** @internal The connection was lost. */
  lost(): void {
    this.#connection = undefined;
    this.#resuming = false;
    this.#outbox.shut();
    if (this.#state === 'in') this.#become('away');
  }

  /** @internal */
  batch(batch: Batch): void {
    const events = this.#chain.take(batch);
    if (events === 'gap') void this.#resume();
    else this.#paced.add(events);
  }

  /** @internal */
  signal(signal: Signal): void {
    if (signal.stale !== this.#stale) {
      this.#stale = signal.stale;
      this.#events.emit('stale', signal.stale);
    }
    if (signal.atMs > 0) this.#count(signal, signal.atMs);
  }

  /** @internal */
  incomplete({ after, until }: Pick<Incomplete, 'after' | 'until'>): void {
    this.#paced.flush();
    this.#chain.skipTo(until);
    this.#events.emit('incomplete', { after, until });
  }

  /** @internal */
  refused(code: Removed['code'], why: string): void {
    if (this.#over) return;
    this.#paced.flush();
    this.#end('removed', new PlazaRefused(code, why));
    this.#events.emit('removed', { code, why });
  }

  /** @internal The client has ended. */
  closed(error: Error): void {
    this.#end('left', error);
  }

  get #over(): boolean {
    return this.#state === 'left' || this.#state === 'removed';
  }

  /** Undefined where the connection is of no use any more. */
  async #join(connection: Connection): Promise<Reply | undefined> {
    const after = this.#chain.position;
    try {
      return await connection.request(
        { $case: 'join', value: Join.fromPartial({ ...this.profile, ...(after === undefined ? {} : { after }) }) },
        this.settings.joinTimeoutMs,
        this.id,
      );
    } catch (error) {
      if (error instanceof PlazaTimeout) connection.close();
      return undefined;
    }
  }

  /** Nothing is to be done about a failure: the session ends with the connection at the latest. */
  async #leaveAgain(connection: Connection): Promise<void> {
    await connection.request({ $case: 'leave', value: {} }, this.settings.requestTimeoutMs, this.id).catch(() => undefined);
  }

  #entered(connection: Connection, { head, result }: Reply): void {
    if (result?.$case !== 'joined') return;
    const { self, room, complete, completeFrom } = result.value;
    this.#self = self;
    this.#about = room;
    const { position } = this.#chain;
    // Above the head on a new connection: the room's log was lost. On the same connection live batches may have overtaken the answer.
    if (position === undefined || (position > head && this.#state !== 'in')) this.#chain.startAt(head);
    else if (!complete && completeFrom > position) this.incomplete({ after: position, until: completeFrom });
    if (room !== undefined) this.#count(room, this.settings.timers.now());
    this.#become('in');
    this.#outbox.open(connection);
  }

  /** Something is missing before a batch: everything since is asked for again, on the same connection. */
  async #resume(): Promise<void> {
    const connection = this.#connection;
    if (this.#resuming || connection === undefined || this.#over) return;
    this.#resuming = true;
    await this.enter(connection);
    if (this.#connection === connection) this.#resuming = false;
  }

  async #command(body: RequestBody, commandId = newCommandId()): Promise<Reply['result']> {
    return this.#ask(body, commandId, this.settings.sendTimeoutMs);
  }

  async #read(body: RequestBody): Promise<Reply['result']> {
    return this.#ask(body, '', this.settings.requestTimeoutMs);
  }

  async #manage(body: RequestBody): Promise<Done> {
    const result = await this.#command(body);
    if (result?.$case === 'unchanged') return { position: undefined };
    if (result?.$case !== 'done') throw unexpected(body.$case, result);
    return { position: result.value.position, secondsLeft: result.value.secondsLeft };
  }

  async #ask(body: RequestBody, commandId: string, timeoutMs: number): Promise<Reply['result']> {
    if (this.#over) throw new PlazaClosed(`not in the room ${this.id} any more`);
    const { result } = await this.#outbox.add(body, commandId, timeoutMs);
    if (result?.$case === 'refused') throw PlazaRefused.of(result.value);
    return result;
  }

  #count({ accounts, connections, settling }: Omit<Counts, 'atMs'>, atMs: number): void {
    this.#counts = { accounts, connections, settling, atMs };
    this.#events.emit('counts', this.#counts);
  }

  #end(state: 'left' | 'removed', error: Error): void {
    if (this.#over) return;
    this.#connection = undefined;
    this.#outbox.fail(error);
    this.forget();
    this.#become(state);
  }

  #become(state: RoomState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.emit('state', state);
  }
}

const noticeOf = ({ notify, notifyExt = '' }: NoticeOptions): Notice => ({ notify, ext: notifyExt });

const unexpected = (what: string, result: Reply['result']): Error => new Error(`${what} was answered by ${result?.$case ?? 'nothing'}`);
