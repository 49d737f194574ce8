import type { Shard } from '@plaza/domain';
import type { Clock } from '@plaza/kit';

/** Shards that change hands at once: each stands still for its own turn only, and not for that of all. */
const atOnce = 4;
/** A shard that nobody was seen to take for so long makes room for the next all the same. */
const patienceMs = 1000;

/** The order in which a process gives shards away: the next one's turn comes when one before it is held by its new holder. */
export class HandOver {
  /** Released, and not seen in other hands: since when. */
  readonly #between = new Map<Shard, number>();

  constructor(
    private readonly clock: Clock,
    private readonly isHeldByAnother: (shard: Shard) => boolean,
  ) {}

  /** Of the shards that should be given away those whose turn it is; `underWay` are being released. */
  next(wanted: readonly Shard[], underWay: { has(shard: Shard): boolean; readonly size: number }): Shard[] {
    const nowMs = this.clock.now();
    for (const [shard, sinceMs] of this.#between)
      if (this.isHeldByAnother(shard) || nowMs - sinceMs >= patienceMs) this.#between.delete(shard);
    const turns = Math.max(0, atOnce - underWay.size - this.#between.size);
    return wanted.filter((shard) => !underWay.has(shard)).slice(0, turns);
  }

  released(shard: Shard): void {
    this.#between.set(shard, this.clock.now());
  }
}
