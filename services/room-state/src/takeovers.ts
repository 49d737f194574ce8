import { setMaxListeners } from 'node:events';
import type { Shard } from '@plaza/domain';
import { causeOf, wait } from '@plaza/kit';
import type { PreparedPast } from './recovery.js';
import { HeldShard, type Claimed } from './shard.js';
import type { HolderParts } from './shard-parts.js';
import { turns, type Lanes } from './turns.js';

/** Each stands still until its own reading is done, and they share one core. */
const lanes: Lanes = { first: 'busy', busy: 4, idle: 8, beside: 1 };
const firstRecoverPauseMs = 250;
const longestRecoverPauseMs = 5000;
/** A recovery that took longer is proved to be still of the holder before it serves. */
const quickMs = 1000;

/** Whom shards are taken over for. */
export interface Taker {
  /** Asked again when a shard's turn has come: another may have taken it meanwhile. */
  wants(shard: Shard): boolean;
  /** Events in the shard of late, as its last holder said. */
  eventsOf(shard: Shard): number;
  /** True: nothing more is taken over. */
  leaving(): boolean;
  /** What is known of its past by now. */
  prepared(shard: Shard): Promise<PreparedPast | undefined>;
  /** From now on it is held here. */
  holds(held: HeldShard): void;
  /** It serves: others may be told. */
  serves(): void;
  lost(held: HeldShard): void;
  failed(shard: Shard): void;
}

/** Shards on their way into this process: claimed so many at a time, the busy ones first, then read until they serve. */
export class Takeovers {
  readonly #waiting = new Set<Shard>();
  readonly #underWay = new Set<Shard>();
  /** Of those under way: they are tried again, and keep no busy one from its turn. */
  readonly #failed = new Set<Shard>();

  constructor(
    private readonly parts: HolderParts,
    private readonly taker: Taker,
    private readonly signal: AbortSignal,
  ) {
    // Each claim under way waits on it, and Node warns of a leak from 11 on.
    setMaxListeners(2 * (lanes.busy + lanes.idle), signal);
  }

  /** Waiting for their turn, or under way. */
  get size(): number {
    return this.#waiting.size + this.#underWay.size;
  }

  has(shard: Shard): boolean {
    return this.#waiting.has(shard) || this.#underWay.has(shard);
  }

  begin(shards: readonly Shard[]): void {
    for (const shard of shards) this.#waiting.add(shard);
    this.#next();
  }

  #next(): void {
    const eventsOf = (shard: Shard): number => (this.#failed.has(shard) ? 0 : this.taker.eventsOf(shard));
    for (const shard of turns({ waiting: [...this.#waiting], underWay: this.#underWay, eventsOf }, lanes)) {
      this.#waiting.delete(shard);
      this.#underWay.add(shard);
      void this.#take(shard).finally(() => {
        this.#underWay.delete(shard);
        this.#failed.delete(shard);
        this.#next();
      });
    }
  }

  async #take(shard: Shard): Promise<void> {
    const { appender, id, address, clock, logger, metrics } = this.parts;
    if (!this.taker.wants(shard)) return;
    const startMs = clock.now();
    try {
      const prepared = await this.taker.prepared(shard);
      const claimed = await appender.claim(shard, id, address, this.signal);
      if ('aborted' in claimed) return;
      metrics.claimed('claimed');
      logger.debug({ event: 'shard-claimed', shard, epoch: claimed.epoch, tookMs: clock.now() - startMs });
      if (!(await this.#recover(shard, claimed, startMs, prepared))) return;
      metrics.tookOver(clock.now() - startMs);
      logger.debug({ event: 'shard-held', shard, epoch: claimed.epoch, tookMs: clock.now() - startMs });
      this.taker.serves();
    } catch (error) {
      metrics.claimed('failed');
      this.taker.failed(shard);
      logger.error({ event: 'claim-failed', shard, cause: causeOf(error) });
    }
  }

  /** The claim stands until another follows it, so reading is tried again under it. True: the shard serves; false: given up. */
  async #recover(shard: Shard, claimed: Claimed, startMs: number, prepared?: PreparedPast): Promise<boolean> {
    const { clock, logger, metrics } = this.parts;
    const lost = (held: HeldShard): void => this.taker.lost(held);
    let known = prepared;
    for (let pauseMs = firstRecoverPauseMs; !this.taker.leaving(); pauseMs = Math.min(2 * pauseMs, longestRecoverPauseMs)) {
      try {
        const reading = HeldShard.recover({ ...this.parts, shard }, claimed, this.signal, lost, known);
        known = undefined;
        const held = await reading;
        if (this.signal.aborted) {
          held.end();
          return false;
        }
        this.taker.holds(held);
        return clock.now() - startMs <= quickMs || (await held.verify());
      } catch (error) {
        logger.error({ event: 'shard-not-recovered', shard, epoch: claimed.epoch, cause: causeOf(error) });
        this.#failed.add(shard);
        this.#next();
        await wait(clock, pauseMs, this.signal);
        if (await this.#superseded(shard, claimed.epoch)) {
          metrics.claimed('lost');
          return false;
        }
      }
    }
    return false;
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
}
