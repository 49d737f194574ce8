import { shardOf, type RoomId } from '@plaza/domain';
import type { Clock, Timer } from '@plaza/kit';
import {
  EntryOutcome,
  type BulkAnswer,
  type BulkAsk,
  type Delivery,
  type Entry,
  type EntryReply,
  type ReplyBatch,
  type SessionFacts,
} from '@plaza/proto/room';
import { askHolder, changeOf } from './bulk-ask.js';
import { HolderLinks, type HolderLink, type Holder as Process } from './holder-links.js';
import type { Peers } from './peers.js';
import { LinkBroken, type RoomGateway } from './room-gateway.js';
import { ShardLane, type CommandOutcome, type Pending, type RoutedCommand } from './shard-lane.js';
import type { ShardTable } from './shard-table.js';

export type { CommandOutcome, RoutedCommand } from './shard-lane.js';

export interface CommandRouterOptions {
  /** Of the cluster. */
  readonly shards: number;
  readonly table: ShardTable;
  readonly gateway: RoomGateway;
  readonly peers: Peers;
  /** This process, unique in the cluster. */
  readonly asker: string;
  readonly clock: Clock;
  /** Undefined: the session has gone, its command is of no use any more. */
  factsOf(session: number): SessionFacts | undefined;
  /** Whether the session is there, asked with each answer; default: as `factsOf` says. */
  isThere?(session: number): boolean;
  /** The holder ends a session; `code` is of the refusal catalogue. */
  onEnded(session: number, code: string): void;
  /** A directed message for some sessions. After a takeover it may come again, with the same id. */
  onDelivery(delivery: Delivery): void;
  readonly limits: {
    /** Beyond it commands are answered `unavailable` at once. */
    readonly unansweredPerShard: number;
    /** How long a command may wait for an answer; default 15 s. */
    readonly giveUpMs?: number;
  };
}

const defaultGiveUpMs = 15_000;
const sweepMs = 200;
const askAgainMs = 50;
const longestRetryMs = 1000;
/** What a client is told to wait when nobody answers. */
const comeBackMs = 1000;

/**
 * Brings each command to whoever holds its shard. Per shard, commands are sent in the order in which they were submitted; after a broken link, a
 * lost shard or a new claim all unanswered ones go again, in order, before newer ones. Each gets exactly one outcome, `unavailable` at the latest
 * after `giveUpMs`: then it may or may not have been carried out. `answer` callbacks are never called inside `submit`, except for a full shard,
 * and must not throw.
 */
export class CommandRouter {
  readonly #lanes: ShardLane[];
  readonly #links: HolderLinks<Pending>;
  readonly #listeners = new Set<(holder: Process) => void>();
  readonly #options: CommandRouterOptions;
  readonly #sweep: Timer;
  readonly #giveUpMs: number;
  readonly #deaf: () => void;
  #closed = false;

  constructor(options: CommandRouterOptions) {
    const { shards, gateway, asker, clock, table } = options;
    this.#options = options;
    this.#giveUpMs = options.limits.giveUpMs ?? defaultGiveUpMs;
    this.#lanes = Array.from({ length: shards }, (_, shard) => new ShardLane(shard));
    this.#links = new HolderLinks({
      gateway,
      asker,
      clock,
      replies: (link, batch) => this.#replies(link, batch),
      opened: (holder) => queueMicrotask(() => this.#tellOpened(holder)),
      gone: (link) => this.#gone(link),
      suspect: (id) => options.peers.suspect(id),
      retry: (id) => this.#reopen(id),
    });
    this.#deaf = table.onChange((shard) => this.#retarget(shard));
    this.#sweep = clock.every(sweepMs, () => this.#giveUp());
  }

  shardOf(room: string): number {
    return shardOf(room as RoomId, this.#options.shards);
  }

  /** `submit` without a promise a command: the hot path. */
  submitTo(command: RoutedCommand, answer: (outcome: CommandOutcome) => void): void {
    const lane = this.#lane(this.shardOf(command.room));
    if (this.#closed) return answer({ unavailable: comeBackMs, why: 'this process is going away' });
    if (lane.unanswered.size >= this.#options.limits.unansweredPerShard)
      return answer({ unavailable: comeBackMs, why: 'too many commands wait' });
    const giveUpMs = this.#options.clock.now() + this.#giveUpMs;
    const pending: Pending = { command, lane, answer, giveUpMs, place: 0, number: 0, withFacts: false };
    pending.place = lane.unanswered.add(pending);
    if (lane.open && lane.link !== undefined) lane.link.link.send([this.#entry(pending, lane.link)]);
    else if (lane.retry === undefined) this.#dispatch(lane);
  }

  submit(command: RoutedCommand): Promise<CommandOutcome> {
    return new Promise((resolve) => this.submitTo(command, resolve));
  }

  /**
   * Asks the shard's holder off the command path. While there is none, or it is not the holder (any more), or its link breaks before the first
   * answer, it is asked again; ends with LinkBroken when `signal` aborts or the link breaks between answers.
   */
  async *ask(shard: number, ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal): AsyncGenerator<BulkAnswer, void, undefined> {
    const { table, clock } = this.#options;
    const again = (): Promise<void> => changeOf(table, shard, clock, askAgainMs, signal);
    yield* askHolder(() => (this.#closed ? 'closed' : this.#linkTo(shard)?.link), again, ask, signal);
  }

  /** Asks one holder process, whatever it holds; ends with LinkBroken when `signal` aborts or the link breaks. */
  async *askProcess(holder: Process, ask: NonNullable<BulkAsk['ask']>, signal: AbortSignal): AsyncGenerator<BulkAnswer, void, undefined> {
    const link = this.#closed ? undefined : this.#links.to(holder);
    if (link === undefined) throw new LinkBroken(`${holder.id} cannot be asked now`);
    yield* link.link.ask(ask, signal);
  }

  /** The holder of this epoch was told all sessions of the shard: commands go without their facts. */
  markAnnounced(shard: number, epoch: number): void {
    this.#linkTo(shard);
    this.#lanes[shard]?.announced(epoch);
  }

  /** Called when a link to a holder was opened, first or again: what it has to know about sessions should be announced. */
  onLink(listener: (holder: Process) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Commands without an outcome. */
  get unanswered(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.unanswered.size, 0);
  }

  /** Everything unanswered becomes `unavailable`; links are closed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deaf();
    this.#sweep.cancel();
    this.#links.close();
    for (const lane of this.#lanes) {
      lane.retry?.cancel();
      for (const pending of [...lane.unanswered]) lane.settle(pending, { unavailable: comeBackMs, why: 'this process is going away' });
    }
  }

  #lane(shard: number): ShardLane {
    return this.#lanes[shard]!;
  }

  #tellOpened(holder: Process): void {
    for (const listener of this.#listeners) listener(holder);
  }

  /** The link to the shard's holder, with the lane aimed at it; undefined while there is none. */
  #linkTo(shard: number): HolderLink<Pending> | undefined {
    const holder = this.#options.table.holderOf(shard);
    const link = holder && this.#links.to(holder);
    const lane = this.#lane(shard);
    if (holder !== undefined && link !== undefined && lane.retry === undefined) lane.aim(link, holder.epoch);
    return link;
  }

  /** All that is not with the holder of now goes to it, in order. */
  #dispatch(lane: ShardLane): void {
    const link = this.#linkTo(lane.shard);
    if (link === undefined) return;
    const waiting = [...lane.unanswered].filter(({ number }) => number === 0);
    if (waiting.length > 0) link.link.send(waiting.map((pending) => this.#entry(pending, link)));
  }

  #retarget(shard: number): void {
    const lane = this.#lane(shard);
    this.#endRetry(lane);
    if (this.#options.table.holderOf(shard) === undefined) lane.pause();
    else this.#dispatch(lane);
  }

  #gone(link: HolderLink<Pending>): void {
    for (const lane of this.#lanes) if (lane.link === link) lane.disown();
  }

  #reopen(id: string): void {
    for (const shard of this.#options.table.shardsOf(id)) if (this.#lane(shard).retry === undefined) this.#dispatch(this.#lane(shard));
  }

  #replies(link: HolderLink<Pending>, { replies, ended, deliveries }: ReplyBatch): void {
    for (const reply of replies) {
      const pending = link.sentAs(reply.number);
      if (pending !== undefined) this.#take(pending, reply);
    }
    for (const { session, code } of ended) this.#options.onEnded(session, code);
    for (const delivery of deliveries) this.#options.onDelivery(delivery);
  }

  #take(pending: Pending, { outcome, reply }: EntryReply): void {
    const { lane, command } = pending;
    if (outcome === EntryOutcome.ENTRY_OUTCOME_ANSWERED) {
      lane.retryMs = 0;
      lane.settle(pending, { reply });
      // That was its leave: a lane would go on to remember up to 20,000 of them, 40 bytes each, in each shard.
      if (command.session !== 0 && !this.#isThere(command.session)) lane.forget(command.session);
    } else if (outcome === EntryOutcome.ENTRY_OUTCOME_UNKNOWN_SESSION) this.#introduce(pending);
    else this.#retryLater(lane);
  }

  /** The holder does not know the session: all of its unanswered commands again, in order, the first with its facts. */
  #introduce(pending: Pending): void {
    const { lane, command } = pending;
    const { link } = lane;
    if (pending.withFacts) return lane.settle(pending, { unavailable: comeBackMs, why: 'the room does not take the session in' });
    if (this.#factsOf(command) === undefined) return lane.settle(pending, { unavailable: 0, why: 'the session has gone' });
    if (link === undefined) return;
    lane.untold(command.session);
    const again = [...lane.unanswered].filter((other) => other.command.session === command.session && other.number !== 0);
    for (const other of again) lane.unsend(other);
    link.link.send(again.map((other) => this.#entry(other, link)));
  }

  /** Not the holder (any more): a change of the table brings the new one; without it the same is asked again after a pause. */
  #retryLater(lane: ShardLane): void {
    lane.disown();
    this.#endRetry(lane);
    lane.retryMs = Math.min(Math.max(askAgainMs, lane.retryMs * 2), longestRetryMs);
    lane.retry = this.#options.clock.after(lane.retryMs, () => {
      lane.retry = undefined;
      this.#dispatch(lane);
    });
  }

  #endRetry(lane: ShardLane): void {
    lane.retry?.cancel();
    lane.retry = undefined;
  }

  #entry(pending: Pending, link: HolderLink<Pending>): Entry {
    const { command, lane } = pending;
    const { room, session, kind, body, commandId, operator = '', asAccount = '', disconnected = false, apiKey } = command;
    const facts = lane.needsFacts(session) || command.facts !== undefined ? this.#factsOf(command) : undefined;
    pending.withFacts = facts !== undefined;
    pending.number = link.number(pending);
    return { number: pending.number, room, session, kind, body, commandId, facts, operator, asAccount, disconnected, apiKey };
  }

  #factsOf({ facts, session }: RoutedCommand): SessionFacts | undefined {
    return facts ?? this.#options.factsOf(session);
  }

  #isThere(session: number): boolean {
    return this.#options.isThere?.(session) ?? this.#options.factsOf(session) !== undefined;
  }

  #giveUp(): void {
    const nowMs = this.#options.clock.now();
    for (const lane of this.#lanes) {
      for (const pending of lane.unanswered) {
        if (pending.giveUpMs > nowMs) break;
        lane.settle(pending, { unavailable: comeBackMs, why: 'nobody answered for this room in time' });
      }
    }
  }
}
