import type { Shard } from '@plaza/domain';
import { wait, type Clock } from '@plaza/kit';
import { ChainBroken, LogUnavailable, type Log, type StoredRecord } from '@plaza/log';
import { Record } from '@plaza/proto/log';

const pageRecords = 1000;
const tries = 50;
/** A replica that lags has the claim of a moment ago in some milliseconds; one that was away needs seconds. */
const firstPauseMs = 2;
const longestPauseMs = 100;

/** The log cannot give what the shard needs: records that are known to have been there are not. Somebody has to look. */
export class LogHole extends Error {
  override readonly name = 'LogHole';
}

export interface ChainPart {
  readonly log: Log;
  readonly shard: Shard;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Records above this are read. */
  readonly after: number;
  /** Everything up to here is known already: only above it nothing may be missing. */
  readonly known: number;
  /** A record of the shard that is known to be in the log: the last to be read. */
  readonly until: number;
}

/**
 * A shard's records in order, in pages, proved by their chain: none is missing between `known` and `until`. A replica that lags is asked again.
 * Throws LogHole where the chain stays broken.
 */
export async function* readChain(part: ChainPart): AsyncGenerator<StoredRecord[]> {
  let last: number | undefined;
  let from = part.after + 1;
  let failures = 0;
  while (from <= part.until) {
    const page = await readPage(part, from);
    const good = unbroken(page, last, part.known).filter(({ sequence }) => sequence <= part.until);
    if (good.length > 0) {
      failures = 0;
      last = good.at(-1)!.sequence;
      from = last + 1;
      yield good;
    } else if (++failures >= tries)
      throw new LogHole(`shard ${part.shard}: records from ${from} to ${part.until} are missing or out of their chain`);
    else await wait(part.clock, Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)), part.signal);
    part.signal.throwIfAborted();
  }
}

async function readPage({ log, shard }: ChainPart, from: number): Promise<StoredRecord[]> {
  try {
    return await log.read(shard, from, pageRecords);
  } catch (error) {
    if (error instanceof LogUnavailable) return [];
    throw error;
  }
}

/** The records up to the first that does not follow. */
function unbroken(page: readonly StoredRecord[], last: number | undefined, known: number): StoredRecord[] {
  let previous = last;
  const end = page.findIndex((record) => {
    const follows = previous === undefined ? record.sequence <= known || record.expected <= known : record.expected === previous;
    previous = record.sequence;
    return !follows;
  });
  return end < 0 ? [...page] : page.slice(0, end);
}

export const isBroken = (error: unknown): boolean => error instanceof LogHole || error instanceof ChainBroken;

/**
 * A sequence of the shard's stream that is not younger than a moment, so that reading from it misses nothing since. Looks back in doubling steps; the
 * records on the way may be of other shards. What a replica does not have may be gone or not be there yet, so it only makes the search go on.
 */
export async function sequenceBefore(log: Log, shard: Shard, newest: number, sinceMs: number): Promise<number> {
  for (let step = 64; newest - step > 0; step *= 2) {
    const record = await log.at(shard, newest - step);
    if (record !== undefined && Record.decode(record.bytes).timeMs < sinceMs) return newest - step;
  }
  return 0;
}
