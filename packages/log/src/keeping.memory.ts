import type { LogKeeping, StreamMoment } from './keeping.js';
import type { MemoryLogStorage } from './log.memory.js';

/** The ages of the log in memory: `keepFor` takes out what is older, a shard's last record too, as JetStream does. */
export class MemoryKeeping implements LogKeeping {
  readonly shards: number;
  readonly streams: number;

  constructor(
    private readonly storage: MemoryLogStorage,
    private readonly maxBytes?: number,
  ) {
    this.shards = storage.shards;
    this.streams = storage.streams;
  }

  async moment(stream: number): Promise<StreamMoment> {
    const { storage, maxBytes } = this;
    return { nowMs: storage.nowMs, bytes: storage.bytes(stream), last: storage.lastOf(stream), maxBytes };
  }

  async writtenAfter(stream: number, sequence: number, shard?: number): Promise<number | undefined> {
    const next = this.storage.next(stream, sequence + 1, shard);
    return next === undefined ? undefined : this.storage.writtenMs(next);
  }

  async keepFor(stream: number, ageMs: number): Promise<void> {
    this.storage.forgetBefore(stream, this.storage.nowMs - ageMs);
  }
}
