/** A shard's place in the log's streams is `shard mod streams` (domain `streamOf`). */
export interface StoredRecord {
  /** The record's sequence in its stream: positive, growing, shared by the stream's shards. */
  readonly sequence: number;
  readonly shard: number;
  /** The sequence that its writer expected, which is that of the shard's previous record; 0: it is the shard's first. */
  readonly expected: number;
  /** An encoded plaza.v1.Record. */
  readonly bytes: Uint8Array;
}

/** What one try to append came to, as the log itself says it. */
export type AppendAnswer =
  /** The record is in the log (a majority of its servers has it). */
  | { readonly kind: 'stored'; readonly sequence: number }
  /** The shard's newest record is `last`, not the expected one; 0: the shard has no record (any more). May be a stale replica's view. */
  | { readonly kind: 'wrong-last'; readonly last: number }
  /** Anything else: a time-out, no leader, a wrong-last without a number, a lost connection. It may have been stored. */
  | { readonly kind: 'unclear'; readonly cause: string };

/**
 * The only commit point and the only fence. Append order within a shard is total; two writers with one expectation cannot both be stored.
 * There is no "newest record": whoever needs an expectation learns it from a refusal. Raw answers are judged in one place, `Appender`.
 *
 * While disconnected `tryAppend` answers `unclear` at once or after its wait, reads reject with LogUnavailable, and a follower pauses and goes on
 * by itself, without a hole.
 */
export interface Log {
  readonly streams: number;
  readonly shards: number;

  /** One try. Resolves within `waitMs`, never rejects. */
  tryAppend(shard: number, expected: number, bytes: Uint8Array, waitMs: number): Promise<AppendAnswer>;

  /**
   * The record at a sequence of the shard's stream, from any replica: undefined means not here (yet), so a lagging replica is asked again.
   * The record may belong to another shard of the stream.
   */
  at(shard: number, sequence: number): Promise<StoredRecord | undefined>;

  /**
   * Records of one shard from a sequence on (inclusive), oldest first, at most `max` and about 4 MiB. Empty does not mean the end: a replica may lag.
   * Whoever needs to know that nothing is missing reads until a record that it knows to exist (its own claim).
   */
  read(shard: number, fromSequence: number, max: number): Promise<StoredRecord[]>;

  /**
   * All shards' records of one stream from a sequence on (inclusive), in order, then live, until `signal` aborts. Pulls: while the consumer does not
   * ask, at most a bounded number of records wait. Sequences may be skipped where records aged out; each record is given once.
   */
  follow(stream: number, fromSequence: number, signal: AbortSignal): AsyncIterable<StoredRecord>;

  /** True while appends can be expected to be answered. */
  readonly connected: boolean;
  close(): Promise<void>;
}

/** No log takes a record above this; writers stay far below (256 KiB and one batch). */
export const maxRecordBytes = 1024 * 1024 - 4096;

export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
}

/** The log cannot be asked right now. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}
