import type { Log, StoredRecord } from '@plaza/log';
import { Record } from '@plaza/proto/log';

/** Clocks of holders may be so far apart, so that records are not quite in the order of their times. */
export const clockSkewMs = 2 * 3_600_000;
/** A replica may lag behind what is known to be there. */
const tries = 3;

/**
 * The first sequence of a stream from which on everything since a moment is found, by the times in the records, among those up to `through`. What has
 * aged out counts as older. Rejects with LogUnavailable.
 */
export async function sequenceSince(log: Log, stream: number, ms: number, through: number): Promise<number> {
  let [low, high] = [1, through + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const record = await found(log, stream, middle);
    if (record !== undefined && Record.decode(record.bytes).timeMs >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface Place {
  /** To be read from. */
  readonly sequence: number;
  /** The log reaches back to the moment; otherwise it begins later. */
  readonly complete: boolean;
}

/** Where to read a stream from for everything since a moment, with a margin for clocks that are apart. */
export async function placeSince(log: Log, stream: number, ms: number, marginMs: number, through: number): Promise<Place> {
  const sequence = await sequenceSince(log, stream, ms - marginMs, through);
  if (sequence === 1 || (await found(log, stream, sequence - 1)) !== undefined) return { sequence, complete: true };
  const first = await found(log, stream, sequence);
  return { sequence, complete: first !== undefined && Record.decode(first.bytes).timeMs <= ms };
}

async function found(log: Log, stream: number, sequence: number): Promise<StoredRecord | undefined> {
  for (let i = 1; i < tries; i++) {
    const record = await log.at(stream, sequence);
    if (record !== undefined) return record;
  }
  return log.at(stream, sequence);
}
