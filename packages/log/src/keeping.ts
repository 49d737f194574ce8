/** A stream as its log sees it now. Ages are by the log's own clock. */
export interface StreamMoment {
  readonly nowMs: number;
  readonly bytes: number;
  /** The sequence of its newest record, also when that is gone; 0: there never was one. Of its leader: whatever was acknowledged before is not above it. */
  readonly last: number;
  /** Beyond it the oldest records go, whatever their age; undefined: there is no such bound. */
  readonly maxBytes: number | undefined;
}

/**
 * How long the log's streams keep their records: the hands of whoever decides it. Several may do so at once, the last word counts. Rejects with LogUnavailable
 * when the log cannot be asked.
 */
export interface LogKeeping {
  readonly shards: number;
  readonly streams: number;

  moment(stream: number): Promise<StreamMoment>;

  /**
   * When the oldest record after a sequence was written, of one shard or of the whole stream; undefined: there is none. May be a lagging replica's view, which lacks
   * only young records.
   */
  writtenAfter(stream: number, sequence: number, shard?: number): Promise<number | undefined>;

  /** From now on the stream's records of this age may go; younger ones stay. The same age again changes nothing. */
  keepFor(stream: number, ageMs: number): Promise<void>;
}
