import { ChainBroken, Chains } from './chain.js';
import { LogUnavailable, type Log, type StoredRecord } from './log.js';

export interface Walk {
  readonly records: number;
  /** Of the newest record. */
  readonly last: number;
}

export interface WalkOptions {
  readonly log: Log;
  readonly stream: number;
  /** The stream's newest record. */
  readonly through: number;
  /** Told how far it is. */
  readonly on: (sequence: number) => void;
  /** It is given up when no record comes for so long. */
  readonly silenceMs: number;
}

/**
 * Reads a stream from its oldest record to its newest and checks the chains of its shards. Rejects with ChainBroken where a record is missing, with
 * LogUnavailable where the newest one does not come.
 */
export async function walkStream({ log, stream, through, on, silenceMs }: WalkOptions): Promise<Walk> {
  const chains = new Chains();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), silenceMs);
  let records = 0;
  try {
    for await (const record of log.follow(stream, 1, ended.signal)) {
      timer.refresh();
      chains.check(record);
      records++;
      on(record.sequence);
      if (record.sequence >= through) return end(record, through, records);
    }
    throw new LogUnavailable(`stream ${stream} gave ${records} records, and not the one at ${through}`);
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}

function end({ shard, sequence, expected }: StoredRecord, through: number, records: number): Walk {
  if (sequence > through) throw new ChainBroken(shard, sequence, expected, through);
  return { records, last: sequence };
}
