import type { Clock } from '@plaza/kit';
import type { StoredRecord } from './log.js';

export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** A batch waits for more until so long after the one before; what comes after a pause goes at once. */
  readonly intervalMs: number;
}

export const defaultBatchLimits: BatchLimits = { maxRecords: 500, maxBytes: 4 * 1024 * 1024, intervalMs: 100 };

const over = Symbol('over');

/** Groups what a follower gives. Pulls one record ahead of the batch at most, so a slow consumer holds up the log's side, not its own memory. */
export class RecordBatches {
  readonly #records: AsyncIterator<StoredRecord>;
  #ahead: Promise<IteratorResult<StoredRecord>> | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    records: AsyncIterable<StoredRecord>,
    private readonly clock: Clock,
    private readonly limits: BatchLimits = defaultBatchLimits,
  ) {
    this.#records = records[Symbol.asyncIterator]();
  }

  /** At least one record; none: the records have ended. Rejects as the follower does, and is of no more use then. */
  async next(): Promise<StoredRecord[]> {
    const first = await this.#pull();
    if (first.done === true) return [];
    this.#ahead = undefined;
    const batch = [first.value];
    await this.#fill(batch);
    this.#lastMs = this.clock.now();
    return batch;
  }

  async #fill(batch: StoredRecord[]): Promise<void> {
    const window = this.#window();
    let bytes = batch[0]!.bytes.length;
    while (batch.length < this.limits.maxRecords && bytes < this.limits.maxBytes) {
      const next = await Promise.race([this.#pull(), window.over]);
      if (next === over || next.done === true) break;
      this.#ahead = undefined;
      bytes += next.value.bytes.length;
      batch.push(next.value);
    }
    window.close();
  }

  #pull(): Promise<IteratorResult<StoredRecord>> {
    if (this.#ahead === undefined) {
      this.#ahead = this.#records.next();
      // Whoever stops reading leaves this one behind; what becomes of it then matters to nobody.
      this.#ahead.catch(() => undefined);
    }
    return this.#ahead;
  }

  /** Even an empty window lasts a turn of the event loop: what lies ready comes along. */
  #window(): { over: Promise<typeof over>; close: () => void } {
    const leftMs = this.#lastMs + this.limits.intervalMs - this.clock.now();
    let close = (): void => undefined;
    const ended = new Promise<typeof over>((resolve) => {
      if (leftMs <= 0) return void setImmediate(() => resolve(over));
      const timer = this.clock.after(leftMs, () => resolve(over));
      close = () => timer.cancel();
    });
    return { over: ended, close: () => close() };
  }
}
