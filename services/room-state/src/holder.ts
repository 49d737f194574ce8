import { setMaxListeners } from 'node:events';
import type { Peers } from '@plaza/bus';
import type { Shard } from '@plaza/domain';
import { causeOf, within, type Timer } from '@plaza/kit';
import type { RoomStateGauges } from './metrics.js';
import { HandOver } from './hand-over.js';
import { plan, stillClaims, type Scene } from './plan.js';
import type { Roster } from './roster.js';
import { HeldShard } from './shard.js';
import type { HolderParts } from './shard-parts.js';
import { wait } from './wait.js';

const beatMs = 1000;
/** What changes within this time shares a beat: each names all shards, and everybody reads it. */
const beatGapMs = 10;
/** Each stands still until its own reading is done, and they share one core. */
const claimsAtOnce = 8;
/** Of the time for a drain: then what nobody took goes all at once. */
const handOverShare = 0.75;
/** After a shard was lost, its new holder's beat comes first. */
const lostPauseMs = 2000;
const firstRecoverPauseMs = 250;
const longestRecoverPauseMs = 5000;
/** A recovery that took longer is proved to be still of the holder before it serves. */
const quickMs = 1000;

/** Which shards this process holds: claims what it should have and nobody living holds, hands over what another should have. */
export class Holder {
  readonly #held = new Map<Shard, HeldShard>();
  readonly #claiming = new Set<Shard>();
  readonly #releasing = new Map<Shard, Promise<void>>();
  readonly #notBeforeMs = new Map<Shard, number>();
  readonly #handOver: HandOver;
  readonly #ends = new AbortController();
  /** Aborts when a drain has nothing left to hand over. */
  readonly #emptied = new AbortController();
  readonly #waiting: Shard[] = [];
  #underWay = 0;
  #timers: Timer[] = [];
  #planSoon = false;
  #beatSoon: Timer | undefined;
  #takes = false;
  #draining = false;
  #beatAtMs = 0;

  constructor(
    private readonly parts: HolderParts,
    private readonly peers: Peers,
    private readonly roster: Roster,
  ) {
    // Each claim under way waits on it, and Node warns of a leak from 11 on.
    setMaxListeners(2 * claimsAtOnce, this.#ends.signal);
    this.#handOver = new HandOver(parts.clock, (shard) => ![undefined, parts.id].includes(roster.holderOf(shard)));
  }

  get(shard: Shard): HeldShard | undefined {
    return this.#held.get(shard);
  }

  all(): IterableIterator<HeldShard> {
    return this.#held.values();
  }

  /** Everything that should be held here is, as far as is known. */
  get settled(): boolean {
    return this.#takes && !this.#draining && this.#claiming.size === 0;
  }

  /** Shards that were claimed or are about to be, but do not serve yet. */
  get claiming(): number {
    return this.#claiming.size;
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
    this.#timers.push(clock.every(beatMs, () => this.#tick()));
    if (settings.settleMs > 0) this.beat();
    await wait(clock, settings.settleMs, this.#ends.signal);
    if (this.#ends.signal.aborted) return;
    this.#takes = true;
    this.beat();
    this.#plan();
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

  beat(): void {
    const { id, address, clock, projection } = this.parts;
    this.#beatSoon?.cancel();
    this.#beatSoon = undefined;
    // Receivers tell beats apart by their time.
    this.#beatAtMs = Math.max(clock.now(), this.#beatAtMs + 1);
    const shards = Array.from(this.#held, ([shard, { epoch }]) => ({ shard, epoch }));
    // A holder that serves keeps its shards rather than hand them to a process that cannot read what it needs for them.
    const starting = !this.#takes || !projection.available;
    this.peers.beat({ kind: 'room-state', id, address, atMs: this.#beatAtMs, shards, draining: this.#draining, starting });
  }

  /** Soon: a beat of its own where none went out just now. */
  #tell(): void {
    if (this.#beatSoon !== undefined || this.#ended()) return;
    const waitMs = this.#beatAtMs + beatGapMs - this.parts.clock.now();
    if (waitMs <= 0) return this.beat();
    this.#beatSoon = this.parts.clock.after(waitMs, () => this.beat());
  }

  /** Hands all shards over, within the time for that: a few at a time where others are there to take them. */
  async drain(): Promise<void> {
    const { clock, settings } = this.parts;
    this.#draining = true;
    this.beat();
    if (!this.#takes) return;
    this.#plan();
    const hasHeirs = this.roster.hears && this.roster.alive().some(({ draining, starting }) => !draining && !starting);
    if (hasHeirs && this.#held.size > 0)
      await wait(clock, handOverShare * settings.drainMs, AbortSignal.any([this.#emptied.signal, this.#ends.signal]));
    await Promise.all(Array.from(this.#held.keys(), (shard) => this.#release(shard)));
    this.beat();
  }

  /** Lets go of everything at once. */
  stop(): void {
    this.#draining = true;
    this.#ends.abort();
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#beatSoon?.cancel();
    for (const shard of [...this.#held.values()]) shard.end();
  }

  #tick(): void {
    for (const shard of [...this.#held.values()]) this.#guarded(shard.parts.shard, () => shard.tick());
    this.beat();
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
      held: new Set(this.#held.keys()),
    };
  }

  #plan(): void {
    if (!this.#takes || this.#ends.signal.aborted || !this.roster.hears) return;
    const { claim, release, verify } = plan(this.#scene());
    for (const shard of claim) this.#want(shard);
    for (const shard of this.#handOver.next(release, this.#releasing)) void this.#release(shard);
    for (const shard of verify) this.#verify(shard);
  }

  #want(shard: Shard): void {
    if (this.#draining || this.#claiming.has(shard) || !this.#mayAgain(shard)) return;
    this.#claiming.add(shard);
    this.#waiting.push(shard);
    this.#next();
  }

  #next(): void {
    while (this.#underWay < claimsAtOnce) {
      const shard = this.#waiting.shift();
      if (shard === undefined) return;
      this.#underWay++;
      void this.#take(shard).finally(() => {
        this.#underWay--;
        this.#claiming.delete(shard);
        this.#next();
      });
    }
  }

  async #take(shard: Shard): Promise<void> {
    const { appender, id, address, clock, logger, metrics } = this.parts;
    // Another may have taken it while this one waited for its turn.
    if (!stillClaims(this.#scene(), shard)) return;
    const startMs = clock.now();
    try {
      const claimed = await appender.claim(shard, id, address, this.#ends.signal);
      if ('aborted' in claimed) return;
      metrics.claimed('claimed');
      logger.debug({ event: 'shard-claimed', shard, epoch: claimed.epoch, tookMs: clock.now() - startMs });
      const held = await this.#recover(shard, claimed, startMs);
      if (held === undefined) return;
      metrics.tookOver(clock.now() - startMs);
      logger.debug({ event: 'shard-held', shard, epoch: claimed.epoch, tookMs: clock.now() - startMs });
      this.#tell();
    } catch (error) {
      metrics.claimed('failed');
      this.#notBeforeMs.set(shard, clock.now() + lostPauseMs);
      logger.error({ event: 'claim-failed', shard, cause: causeOf(error) });
    }
  }

  /** The claim stands until another follows it, so reading is tried again under it. Undefined: given up. */
  async #recover(shard: Shard, claimed: { epoch: number; previous: number }, startMs: number): Promise<HeldShard | undefined> {
    const { clock, logger, metrics } = this.parts;
    const { signal } = this.#ends;
    for (let pauseMs = firstRecoverPauseMs; !signal.aborted && !this.#draining; pauseMs = Math.min(2 * pauseMs, longestRecoverPauseMs)) {
      try {
        const held = await HeldShard.recover({ ...this.parts, shard }, claimed, signal, (lost) => this.#lost(lost));
        if (this.#ended()) {
          held.end();
          return undefined;
        }
        this.#held.set(shard, held);
        if (clock.now() - startMs > quickMs && !(await held.verify())) return undefined;
        return held;
      } catch (error) {
        logger.error({ event: 'shard-not-recovered', shard, epoch: claimed.epoch, cause: causeOf(error) });
        await wait(clock, pauseMs, signal);
        if (await this.#superseded(shard, claimed.epoch)) {
          metrics.claimed('lost');
          return undefined;
        }
      }
    }
    return undefined;
  }

  #ended(): boolean {
    return this.#ends.signal.aborted;
  }

  /**
   * Whether anything follows the own claim, which nothing was appended under yet. Only the log can tell: whoever claimed after may have released since, and
   * is in no beat any more. False also where the log cannot be asked.
   */
  async #superseded(shard: Shard, epoch: number): Promise<boolean> {
    const { log, logger } = this.parts;
    try {
      return (await log.read(shard, epoch + 1, 1)).length > 0;
    } catch (error) {
      logger.warn({ event: 'claim-not-looked-up', shard, epoch, cause: causeOf(error) });
      return false;
    }
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
    this.#notBeforeMs.set(shard, this.parts.clock.now() + lostPauseMs);
    void this.#held.get(shard)?.verify();
  }

  #mayAgain(shard: Shard): boolean {
    return this.parts.clock.now() >= (this.#notBeforeMs.get(shard) ?? 0);
  }

  /** Released, taken by another, or stopped: it is not held here any more. */
  #lost(held: HeldShard): void {
    const { shard } = held.parts;
    if (this.#held.get(shard) !== held) return;
    this.#held.delete(shard);
    if (this.#draining && this.#held.size === 0) this.#emptied.abort();
    if (this.#releasing.has(shard) || this.#ends.signal.aborted) return;
    this.#notBeforeMs.set(shard, this.parts.clock.now() + lostPauseMs);
    this.parts.metrics.claimed('lost');
    this.parts.logger.warn({ event: 'shard-lost', shard, epoch: held.epoch });
    this.#tell();
  }
}
