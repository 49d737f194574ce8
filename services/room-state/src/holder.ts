import type { Peers } from '@plaza/bus';
import type { Shard } from '@plaza/domain';
import { causeOf, inParallel, within, wait, type Timer } from '@plaza/kit';
import type { Beat } from '@plaza/proto/room';
import { HandOver } from './hand-over.js';
import { Heartbeat } from './heartbeat.js';
import type { RoomStateGauges } from './metrics.js';
import { plan, stillClaims, type Scene } from './plan.js';
import { Preparations } from './preparations.js';
import { prepare } from './recovery.js';
import type { Roster } from './roster.js';
import type { HeldShard } from './shard.js';
import type { HolderParts } from './shard-parts.js';
import { Takeovers } from './takeovers.js';
import { Wishes } from './wishes.js';

const beatMs = 1000;
/** The shards' second is served in so many parts: all 256 at once kept everybody's messages waiting for 35 ms. */
const ticksABeat = 20;
/** Of the time for a drain: then what nobody took goes without waiting for that. */
const handOverShare = 0.75;
/** Of those at once: 87 releases in one moment held everybody's appends up for a second. */
const restAtOnce = 8;
/** After a shard was lost, its new holder's beat comes first. */
const lostPauseMs = 2000;

/** Which shards this process holds: claims what it should have and nobody living holds, hands over what another should have. */
export class Holder {
  readonly #held = new Map<Shard, HeldShard>();
  readonly #releasing = new Map<Shard, Promise<void>>();
  readonly #notBeforeMs = new Map<Shard, number>();
  readonly #handOver: HandOver;
  readonly #takeovers: Takeovers;
  readonly #preparations: Preparations;
  readonly #heart: Heartbeat;
  readonly #wishes: Wishes;
  readonly #ends = new AbortController();
  /** Aborts when a drain has nothing left to hand over. */
  readonly #emptied = new AbortController();
  #timers: Timer[] = [];
  #ticked = 0;
  #planSoon = false;
  #takes = false;
  #draining = false;

  constructor(
    private readonly parts: HolderParts,
    peers: Peers,
    private readonly roster: Roster,
  ) {
    const eventsOf = (shard: Shard): number => roster.eventsOf(shard);
    const isHeldByAnother = (shard: Shard): boolean => ![undefined, parts.id].includes(roster.holderOf(shard));
    const isPrepared = (shard: Shard): boolean => roster.isPrepared(shard);
    this.#handOver = new HandOver({ clock: parts.clock, isHeldByAnother, isPrepared, eventsOf, isLeaving: () => this.#draining });
    this.#preparations = new Preparations({
      clock: parts.clock,
      logger: parts.logger,
      eventsOf,
      prepare: (shard, signal) => prepare({ ...parts, shard }, signal),
      prepared: () => this.#prepared(),
    });
    this.#heart = new Heartbeat(parts.clock, peers, () => this.#beat());
    this.#wishes = new Wishes(parts.id, peers, () => this.look());
    const taker = {
      wants: (shard: Shard) => stillClaims(this.#scene(), shard),
      eventsOf,
      leaving: () => this.#draining,
      prepared: (shard: Shard) => this.#preparations.take(shard),
      holds: (held: HeldShard) => void this.#held.set(held.parts.shard, held),
      serves: () => this.#tell(),
      lost: (held: HeldShard) => this.#lost(held),
      failed: (shard: Shard) => this.#pause(shard),
    };
    this.#takeovers = new Takeovers(parts, taker, this.#ends.signal);
  }

  get(shard: Shard): HeldShard | undefined {
    return this.#held.get(shard);
  }

  all(): IterableIterator<HeldShard> {
    return this.#held.values();
  }

  /** Everything that should be held here is, as far as is known. */
  get settled(): boolean {
    return this.#takes && !this.#draining && this.#takeovers.size === 0;
  }

  /** Shards that were claimed or are about to be, but do not serve yet. */
  get claiming(): number {
    return this.#takeovers.size;
  }

  get gauges(): RoomStateGauges {
    let rooms = 0;
    let sessions = 0;
    let projectionLagMs = 0;
    for (const shard of this.#held.values()) {
      rooms += shard.rooms.size;
      sessions += shard.sessions.count;
      projectionLagMs = Math.max(projectionLagMs, shard.writer.lagMs);
    }
    return { shards: this.#held.size, rooms, sessions, projectionLagMs };
  }

  /**
   * Listens to the others first, and resolves when the first claims are under way. It beats meanwhile, so that those that start in the same moment
   * share the shards out instead of claiming each other's.
   */
  async start(): Promise<void> {
    const { clock, settings } = this.parts;
    this.#ticked = this.#tickNow();
    this.#timers.push(
      clock.every(beatMs / ticksABeat, () => this.#tick()),
      clock.every(beatMs, () => this.#second()),
    );
    if (settings.settleMs > 0) this.#heart.beat();
    await wait(clock, settings.settleMs, this.#ends.signal);
    if (this.#ends.signal.aborted) return;
    this.#takes = true;
    this.#heart.beat();
    this.#plan();
  }

  /** An operator wants this process to hold the shard: its holder hands it over once it hears that. */
  take(shard: Shard): void {
    this.#wishes.ask(shard, this.parts.clock.now());
    this.#tell();
  }

  /** Looks again soon: something changed. */
  look(): void {
    if (this.#planSoon || !this.#takes) return;
    this.#planSoon = true;
    queueMicrotask(() => {
      this.#planSoon = false;
      this.#plan();
    });
  }

  #beat(): Omit<Beat, 'atMs'> {
    const { id, address, clock, projection } = this.parts;
    const nowMs = clock.now();
    const shards = Array.from(this.#held, ([shard, { epoch, events, outbox }]) => ({
      shard,
      epoch,
      head: outbox.sequence,
      recentEvents: events.count(nowMs) || undefined,
    }));
    // A holder that serves keeps its shards rather than hand them to a process that cannot read what it needs for them.
    const starting = !this.#takes || !projection.available;
    const prepared = { shards: this.#preparations.ready };
    return { kind: 'room-state', id, address, shards, draining: this.#draining, starting, prepared, wishes: this.#wishes.mine };
  }

  /** Hands all shards over, within the time for that: a few at a time where others are there to take them. */
  async drain(): Promise<void> {
    const { clock, settings } = this.parts;
    this.#draining = true;
    this.#heart.beat();
    if (!this.#takes) return;
    this.#plan();
    const hasHeirs = this.roster.hears && this.roster.alive().some(({ draining, starting }) => !draining && !starting);
    if (hasHeirs && this.#held.size > 0)
      await wait(clock, handOverShare * settings.drainMs, AbortSignal.any([this.#emptied.signal, this.#ends.signal]));
    await inParallel([...this.#held.keys()], restAtOnce, (shard) => this.#release(shard));
    this.#heart.beat();
  }

  /** Lets go of everything at once. */
  stop(): void {
    this.#draining = true;
    this.#ends.abort();
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#heart.stop();
    this.#preparations.stop();
    this.#wishes.close();
    for (const shard of [...this.#held.values()]) shard.end();
  }

  /** Each shard once a second, and not all in one moment. */
  #tick(): void {
    const tick = this.#tickNow();
    // Timers of a busy process are late, each by a little.
    const due = Math.min(tick - this.#ticked, ticksABeat);
    this.#ticked = tick;
    const isDue = (shard: Shard): boolean => (((tick - shard) % ticksABeat) + ticksABeat) % ticksABeat < due;
    for (const [shard, held] of [...this.#held]) if (isDue(shard)) this.#guarded(shard, () => held.tick());
  }

  #tickNow(): number {
    return Math.floor((this.parts.clock.now() * ticksABeat) / beatMs);
  }

  #second(): void {
    this.#heart.beat();
    this.#plan();
  }

  #guarded(shard: Shard, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.parts.logger.error({ event: 'tick-failed', shard, cause: causeOf(error) });
    }
  }

  #scene(): Scene {
    const others = this.roster.alive();
    const mine = this.#draining ? [] : [this.parts.id];
    return {
      me: this.parts.id,
      shards: this.parts.log.shards,
      candidates: [...mine, ...others.filter(({ draining }) => !draining).map(({ id }) => id)],
      starting: new Set(others.filter(({ starting }) => starting).map(({ id }) => id)),
      alive: new Set(others.map(({ id }) => id)),
      holderOf: (shard) => this.roster.holderOf(shard),
      wisherOf: (shard, among) => this.#wishes.wisherOf(shard, among),
      held: new Set(this.#held.keys()),
    };
  }

  #plan(): void {
    if (!this.#takes || this.#ends.signal.aborted || !this.roster.hears) return;
    const { claim, coming, release, verify } = plan(this.#scene());
    this.#want(claim);
    this.#preparations.expect(coming, claim);
    for (const shard of this.#handOver.next(release, this.#releasing)) void this.#release(shard);
    for (const shard of verify) this.#verify(shard);
  }

  #want(shards: readonly Shard[]): void {
    const wanted = shards.filter((shard) => !this.#draining && !this.#takeovers.has(shard) && this.#mayAgain(shard));
    if (wanted.length > 0) this.#takeovers.begin(wanted);
  }

  #release(shard: Shard): Promise<void> {
    const held = this.#held.get(shard);
    const underWay = this.#releasing.get(shard);
    if (held === undefined || underWay !== undefined) return underWay ?? Promise.resolve();
    const { clock, logger, metrics, settings } = this.parts;
    const startMs = clock.now();
    const releasing = within(settings.drainMs, 'the release', held.release())
      .then(() => {
        metrics.claimed('released');
        logger.debug({ event: 'shard-released', shard, tookMs: clock.now() - startMs });
      })
      .catch((error: unknown) => {
        logger.warn({ event: 'release-cut-short', shard, cause: causeOf(error) });
        held.end();
      })
      .finally(() => {
        this.#releasing.delete(shard);
        this.#handOver.released(shard);
        this.#tell();
        this.look();
      });
    this.#releasing.set(shard, releasing);
    return releasing;
  }

  #verify(shard: Shard): void {
    if (!this.#mayAgain(shard)) return;
    this.#pause(shard);
    void this.#held.get(shard)?.verify();
  }

  #pause(shard: Shard): void {
    this.#notBeforeMs.set(shard, this.parts.clock.now() + lostPauseMs);
  }

  #mayAgain(shard: Shard): boolean {
    return this.parts.clock.now() >= (this.#notBeforeMs.get(shard) ?? 0);
  }

  #prepared(): void {
    this.#tell();
    this.look();
  }

  #tell(): void {
    if (!this.#ends.signal.aborted) this.#heart.tell();
  }

  /** Released, taken by another, or stopped: it is not held here any more. */
  #lost(held: HeldShard): void {
    const { shard } = held.parts;
    if (this.#held.get(shard) !== held) return;
    this.#held.delete(shard);
    if (this.#draining && this.#held.size === 0) this.#emptied.abort();
    if (this.#releasing.has(shard) || this.#ends.signal.aborted) return;
    this.#pause(shard);
    this.parts.metrics.claimed('lost');
    this.parts.logger.warn({ event: 'shard-lost', shard, epoch: held.epoch });
    this.#tell();
  }
}
