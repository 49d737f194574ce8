import type { LoggedRecord } from '../readings.js';

/** A shard that says nothing for longer may be stalled: that time proves nothing. */
const silentMs = 5000;

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * When somebody could know who was in a room, by the log alone: while the holder of its shard wrote, and counts had settled after its takeover. Times are the
 * records' own, Unix ms.
 */
export class Watch {
  readonly #spans = new Map<number, Span[]>();
  readonly #shards = new Map<string, number>();
  readonly #claims = new Map<number, number[]>();

  constructor(log: readonly LoggedRecord[], settlingMs: number) {
    const holders = new Map<number, Holder>();
    for (const { shard, sequence, record } of log) {
      for (const { room } of record.batches) this.#shards.set(room, shard);
      const holder = holders.get(shard);
      if (record.claim !== undefined && record.epoch === 0) {
        this.#claims.set(shard, [...(this.#claims.get(shard) ?? []), record.timeMs]);
        holders.set(shard, { epoch: sequence, settledMs: Infinity, settlingMs: holder === undefined ? 0 : settlingMs, lastMs: Infinity });
      } else if (holder === undefined) {
        holders.set(shard, { epoch: record.epoch, settledMs: record.timeMs, settlingMs: 0, lastMs: record.timeMs });
      } else if (record.epoch === holder.epoch) {
        this.#wrote(shard, holder, record.timeMs);
      }
    }
  }

  /** For so long it could be known, within these times. */
  ms(room: string, fromMs: number, untilMs: number): number {
    const spans = this.#spans.get(this.#shards.get(room) ?? -1) ?? [];
    return spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.untilMs, untilMs) - Math.max(span.fromMs, fromMs)), 0);
  }

  /** When the shard of a room was claimed last before a moment, Unix ms; 0: it was not. */
  claimedMs(room: string, beforeMs: number): number {
    return this.#claims.get(this.#shards.get(room) ?? -1)?.findLast((timeMs) => timeMs < beforeMs) ?? 0;
  }

  #wrote(shard: number, holder: Holder, timeMs: number): void {
    // It serves from its first record on at the latest.
    if (holder.settledMs === Infinity) holder.settledMs = timeMs + holder.settlingMs;
    const fromMs = Math.max(holder.lastMs, holder.settledMs);
    if (timeMs - holder.lastMs <= silentMs && timeMs > fromMs) {
      const spans = this.#spans.get(shard) ?? [];
      this.#spans.set(shard, spans);
      spans.push({ fromMs, untilMs: timeMs });
    }
    holder.lastMs = timeMs;
  }
}

interface Holder {
  /** The sequence of its claim. */
  readonly epoch: number;
  readonly settlingMs: number;
  /** Infinity: it has written nothing yet. */
  settledMs: number;
  lastMs: number;
}
