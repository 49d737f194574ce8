import type { Shard } from '@plaza/domain';
import { causeOf, wait, type Clock, type Logger } from '@plaza/kit';
import type { PreparedPast } from './recovery.js';

/** Read at once: the process may serve others meanwhile. */
const atOnce = 2;
/** A preparation that takes longer than this beyond the moment when it is needed does not help. */
const lateMs = 500;
/** Kept at once: each has a minute of a busy shard's log in memory. */
const most = 16;

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Reads a shard's past; undefined: there is nothing to read yet. */
  readonly prepare: (shard: Shard, signal: AbortSignal) => Promise<PreparedPast | undefined>;
  /** Events in a shard of late. */
  readonly eventsOf: (shard: Shard) => number;
  /** One more is prepared: others may be told. */
  readonly prepared: () => void;
}

interface Preparation {
  readonly past: Promise<PreparedPast | undefined>;
  readonly ends: AbortController;
  isDone: boolean;
}

/** Busy shards that come to this process next: their recent past is read while their holder still serves, so that they stand still for its end only. */
export class Preparations {
  readonly #begun = new Map<Shard, Preparation>();

  constructor(private readonly parts: Parts) {}

  /** Those that are ready to be taken. */
  get ready(): Shard[] {
    return [...this.#begun].filter(([, { isDone }]) => isDone).map(([shard]) => shard);
  }

  /**
   * These come next, as far as is known now: the busiest are prepared first, idle ones not at all. What is neither among them any more nor free to be
   * claimed is dropped.
   */
  expect(coming: readonly Shard[], free: readonly Shard[]): void {
    const kept = new Set([...coming, ...free]);
    for (const [shard, { ends }] of this.#begun) {
      if (kept.has(shard)) continue;
      ends.abort();
      this.#begun.delete(shard);
    }
    const { eventsOf } = this.parts;
    const waiting = coming.filter((shard) => !this.#begun.has(shard) && eventsOf(shard) > 0).sort((a, b) => eventsOf(b) - eventsOf(a));
    for (const shard of waiting.slice(0, this.#room())) this.#begin(shard);
  }

  /** What is prepared of a shard that is to be claimed now; waits for what is under way, but not long. */
  async take(shard: Shard): Promise<PreparedPast | undefined> {
    const preparation = this.#begun.get(shard);
    this.#begun.delete(shard);
    if (preparation === undefined) return undefined;
    const { past, ends } = preparation;
    const late = wait(this.parts.clock, lateMs, ends.signal).then(() => undefined);
    const taken = await Promise.race([past, late]);
    ends.abort();
    return taken;
  }

  stop(): void {
    this.expect([], []);
  }

  #room(): number {
    const underWay = [...this.#begun.values()].filter(({ isDone }) => !isDone).length;
    return Math.max(0, Math.min(atOnce - underWay, most - this.#begun.size));
  }

  #begin(shard: Shard): void {
    const ends = new AbortController();
    const { logger, prepare, prepared } = this.parts;
    const past = prepare(shard, ends.signal).catch((error: unknown) => {
      if (!ends.signal.aborted) logger.warn({ event: 'shard-not-prepared', shard, cause: causeOf(error) });
      return undefined;
    });
    const preparation: Preparation = { past, ends, isDone: false };
    this.#begun.set(shard, preparation);
    void past.then(() => {
      preparation.isDone = true;
      if (this.#begun.get(shard) === preparation) prepared();
    });
  }
}
