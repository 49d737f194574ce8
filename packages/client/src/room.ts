import {
  Join,
  type Batch,
  type Direct,
  type Event,
  type Incomplete,
  type Member,
  type Reply,
  type RoomInfo,
  type Signal,
} from '@plaza/proto/client';
import { Chain } from './chain.js';
import type { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { PlazaClosed, PlazaRefused, PlazaTimeout } from './errors.js';
import { Outbox } from './outbox.js';
import { PacedEvents } from './paced-events.js';
import { RoomAdmin } from './room-admin.js';
import { RoomAttributes } from './room-attributes.js';
import { RoomBots } from './room-bots.js';
import type { Counts, Removal, RoomEvents, RoomState } from './room-events.js';
import { RoomMembers } from './room-members.js';
import { RoomMessages } from './room-messages.js';
import { RoomModeration } from './room-moderation.js';
import { RoomQueue } from './room-queue.js';
import { RoomRequests } from './room-requests.js';
import type { ClientSettings } from './settings.js';
import { pause } from './timers.js';

export interface Profile {
  readonly nickname?: string;
  readonly avatar?: string;
  readonly ext?: string;
  /** Added to the token's tags: <= 10 in all, 1-32 characters each. */
  readonly tags?: readonly string[];
  /** A tag expression: who sees this account enter and leave. Default: everybody. */
  readonly noticeAudience?: string;
}

/** A room that the client is in, over all reconnects until `leave`. Its parts' methods reject with PlazaRefused, PlazaTimeout, OutboxFull or PlazaClosed. */
export class Room {
  readonly messages: RoomMessages;
  readonly members: RoomMembers;
  readonly moderation: RoomModeration;
  readonly queue: RoomQueue;
  readonly attributes: RoomAttributes;
  readonly bots: RoomBots;
  readonly admin: RoomAdmin;
  /** Short for `messages.send`. */
  readonly send: RoomMessages['send'];
  /** Short for `messages.history`. */
  readonly history: RoomMessages['history'];
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
    private profile: Profile,
    private readonly settings: ClientSettings,
    private readonly forget: () => void,
  ) {
    this.#outbox = new Outbox(id, settings.timers, settings.outboxLimit);
    this.#paced = new PacedEvents(settings.eventsEveryMs, settings.timers, (events) => this.#events.emit('events', events));
    const requests = new RoomRequests(id, this.#outbox, settings, () => this.#over);
    this.messages = new RoomMessages(requests);
    this.members = new RoomMembers(requests, (known) => (this.profile = { ...this.profile, ...known }));
    this.moderation = new RoomModeration(requests);
    this.queue = new RoomQueue(requests);
    this.attributes = new RoomAttributes(requests);
    this.bots = new RoomBots(requests);
    this.admin = new RoomAdmin(requests);
    this.send = (body, options) => this.messages.send(body, options);
    this.history = (page) => this.messages.history(page);
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
      const after = this.#chain.position;
      const reply = await this.#join(connection, after);
      if (this.#over && reply?.result?.$case === 'joined') return this.#leaveAgain(connection);
      if (this.#connection !== connection || reply === undefined) return;
      if (reply.result?.$case === 'refused') return this.refused(reply.result.value.code, reply.result.value.why);
      if (reply.result?.$case === 'joined') return this.#entered(connection, after, reply);
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
    const { atMs, entered, left, notableEntered, notableLeft, reactions } = signal;
    if (atMs > 0) this.#count(signal, atMs);
    if (entered + left > 0) this.#events.emit('digest', { entered, left, notableEntered, notableLeft });
    if (reactions !== undefined && reactions.total > 0) this.#events.emit('reactions', reactions);
  }

  /** @internal */
  direct(direct: Direct): void {
    this.#events.emit('direct', direct);
  }

  /** @internal */
  incomplete({ after, until }: Pick<Incomplete, 'after' | 'until'>): void {
    this.#paced.flush();
    this.#chain.skipTo(until);
    this.#events.emit('incomplete', { after, until });
  }

  /** @internal */
  refused(code: Removal['code'], why: string): void {
    if (this.#over) return;
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
  async #join(connection: Connection, after: number | undefined): Promise<Reply | undefined> {
    try {
      return await connection.request(
        { $case: 'join', value: Join.fromPartial({ ...this.profile, tags: [...(this.profile.tags ?? [])], after }) },
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

  /** `after`: what was asked with. Batches that came in one turn with the answer are read already. */
  #entered(connection: Connection, after: number | undefined, { head, result }: Reply): void {
    if (result?.$case !== 'joined') return;
    const { self, room, complete, completeFrom, recent } = result.value;
    this.#self = self;
    this.#about = room;
    const position = this.#chain.position ?? 0;
    // Above the head on a new connection: the room's log was lost. On the same connection live batches may have overtaken the answer.
    if (after === undefined) this.#paced.addLater(onceUpTo(head, recent));
    if (after === undefined || (after > head && this.#state !== 'in')) this.#chain.startAt(head);
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

  #count({ accounts, connections, settling }: Omit<Counts, 'atMs'>, atMs: number): void {
    this.#counts = { accounts, connections, settling, atMs };
    this.#events.emit('counts', this.#counts);
  }

  #end(state: 'left' | 'removed', error: Error): void {
    if (this.#over) return;
    this.#paced.flush();
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

/** What follows `head` comes by batches; each of the others once, in order. */
function onceUpTo(head: number, recent: readonly Event[]): readonly Event[] {
  const byPosition = new Map(recent.filter(({ position }) => position <= head).map((event) => [event.position, event]));
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}
