import type { Shard } from '@plaza/domain';
import type { Log } from '@plaza/log';
import { sequenceBefore } from './chain-reader.js';

/** An answer serves for moments that are later than its own by up to this: a little more is read then. */
const goodMs = 5000;

interface Found {
  readonly sinceMs: number;
  readonly sequence: Promise<number>;
}

/** Where in each stream of the log a moment lies. Shards that are taken over together share their streams, and look for it once. */
export class StreamPasts {
  readonly #found = new Map<number, Found>();

  constructor(private readonly log: Log) {}

  /** As `sequenceBefore`: below `newest`, a record of this shard. */
  async before(shard: Shard, newest: number, sinceMs: number): Promise<number> {
    const stream = shard % this.log.streams;
    const found = this.#found.get(stream);
    if (found !== undefined && found.sinceMs <= sinceMs && sinceMs - found.sinceMs < goodMs) {
      const sequence = await found.sequence;
      if (sequence < newest) return sequence;
    }
    return this.#look(stream, shard, newest, sinceMs);
  }

  #look(stream: number, shard: Shard, newest: number, sinceMs: number): Promise<number> {
    const sequence = sequenceBefore(this.log, shard, newest, sinceMs);
    this.#found.set(stream, { sinceMs, sequence });
    sequence.catch(() => this.#found.delete(stream));
    return sequence;
  }
}
