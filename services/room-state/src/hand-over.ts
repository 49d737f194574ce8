import type { Shard } from '@plaza/domain';
import type { Clock } from '@plaza/kit';
import { turns, type Lanes } from './turns.js';

/** Shards that change hands at once: each stands still for its own turn only, and not for that of all. */
const atOnce = { busy: 4, idle: 4, beside: 0 };
/** Who leaves has no time without end: what matters goes first. */
const leaving: Lanes = { ...atOnce, first: 'busy' };
/** Who has just started has run none of its code often: it gets warm by what nobody waits for. */
const staying: Lanes = { ...atOnce, first: 'idle' };
/** A shard that nobody was seen to take for so long makes room for the next all the same. */
const patienceMs = 1000;
/** A busy shard waits so long for its next holder to read its recent past, which one of an older version does not do. */
const preparingMs = 3000;

interface Parts {
  readonly clock: Clock;
  readonly isHeldByAnother: (shard: Shard) => boolean;
  /** Who takes it next has read its recent past. */
  readonly isPrepared: (shard: Shard) => boolean;
  /** Events in a shard of late. */
  readonly eventsOf: (shard: Shard) => number;
  /** This process gives everything away; otherwise others have come. */
  readonly isLeaving: () => boolean;
}

/** The order in which a process gives shards away: the next one's turn comes when one before it is held by its new holder. */
export class HandOver {
  /** Released, and not seen in other hands: since when. */
  readonly #between = new Map<Shard, number>();
  /** Wanted by others: since when. */
  readonly #wanted = new Map<Shard, number>();

  constructor(private readonly parts: Parts) {}

  /** Of the shards that should be given away those whose turn it is; `underWay` are being released. */
  next(wanted: readonly Shard[], underWay: ReadonlyMap<Shard, unknown>): Shard[] {
    const { clock, isHeldByAnother, isPrepared, eventsOf, isLeaving } = this.parts;
    const nowMs = clock.now();
    for (const [shard, sinceMs] of this.#between) if (isHeldByAnother(shard) || nowMs - sinceMs >= patienceMs) this.#between.delete(shard);
    this.#note(wanted, nowMs);
    const isReady = (shard: Shard): boolean =>
      eventsOf(shard) === 0 || isPrepared(shard) || nowMs - this.#wanted.get(shard)! >= preparingMs;
    const waiting = wanted.filter((shard) => !underWay.has(shard));
    const onTheirWay = new Set([...underWay.keys(), ...this.#between.keys()]);
    return turns({ waiting, underWay: onTheirWay, eventsOf, isReady }, isLeaving() ? leaving : staying);
  }

  #note(wanted: readonly Shard[], nowMs: number): void {
    const now = new Set(wanted);
    for (const shard of this.#wanted.keys()) if (!now.has(shard)) this.#wanted.delete(shard);
    for (const shard of wanted) if (!this.#wanted.has(shard)) this.#wanted.set(shard, nowMs);
  }

  released(shard: Shard): void {
    this.#between.set(shard, this.parts.clock.now());
  }
}
