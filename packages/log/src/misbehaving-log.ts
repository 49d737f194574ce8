import type { AppendAnswer, Log, StoredRecord } from './log.js';

/** How one try of an append goes wrong; `undefined`: not at all. */
export type Mischief =
  | undefined
  /** Not stored, and the answer says nothing. */
  | 'dropped'
  /** Stored, and the answer says nothing. */
  | 'reply-lost'
  /** The answer says nothing; the append arrives right before the next one that arrives. */
  | 'late'
  /** Not stored; the answer is a view of a server that lags: the shard's newest record but one. */
  | 'stale'
  /** Not stored; the answer says that the shard is empty. */
  | 'empty';

/**
 * A log, for tests, that does what real ones were seen to do under faults. It never breaks the fence itself: only answers and delays are wrong.
 * `turns` and `lags` are asked for each try and each `at`: so a test scripts or draws them.
 */
export class MisbehavingLog implements Log {
  readonly shards: number;
  readonly streams: number;
  /** All tries, in order. */
  readonly tries: { readonly shard: number; readonly expected: number; readonly waitMs: number }[] = [];
  #late: (() => Promise<unknown>)[] = [];

  constructor(
    private readonly honest: Log,
    private readonly turns: () => Mischief,
    private readonly lags: () => boolean = () => false,
  ) {
    this.shards = honest.shards;
    this.streams = honest.streams;
  }

  get connected(): boolean {
    return this.honest.connected;
  }

  async tryAppend(shard: number, expected: number, bytes: Uint8Array, waitMs: number): Promise<AppendAnswer> {
    this.tries.push({ shard, expected, waitMs });
    const turn = this.turns();
    if (turn === 'dropped') return { kind: 'unclear', cause: 'dropped' };
    if (turn === 'stale') return { kind: 'wrong-last', last: await this.#newestButOne(shard) };
    if (turn === 'empty') return { kind: 'wrong-last', last: 0 };
    if (turn === 'late') {
      this.#late.push(() => this.honest.tryAppend(shard, expected, bytes, waitMs));
      return { kind: 'unclear', cause: 'late' };
    }
    await this.arriveLate();
    const answer = await this.honest.tryAppend(shard, expected, bytes, waitMs);
    return turn === 'reply-lost' ? { kind: 'unclear', cause: 'reply lost' } : answer;
  }

  /** What is late arrives now. */
  async arriveLate(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    for (const arrive of late) await arrive();
  }

  at(shard: number, sequence: number): Promise<StoredRecord | undefined> {
    return this.lags() ? Promise.resolve(undefined) : this.honest.at(shard, sequence);
  }

  read(shard: number, fromSequence: number, max: number): Promise<StoredRecord[]> {
    return this.honest.read(shard, fromSequence, max);
  }

  follow(stream: number, fromSequence: number, signal: AbortSignal): AsyncIterable<StoredRecord> {
    return this.honest.follow(stream, fromSequence, signal);
  }

  close(): Promise<void> {
    return this.honest.close();
  }

  async #newestButOne(shard: number): Promise<number> {
    const records = await this.honest.read(shard, 0, Number.MAX_SAFE_INTEGER);
    return records.at(-2)?.sequence ?? 0;
  }
}
