import { causeOf, wait, type Clock, type Logger } from '@plaza/kit';
import { ChainBroken, Chains } from './chain.js';
import { LogUnavailable, type Log, type StoredRecord } from './log.js';
import { defaultBatchLimits, RecordBatches, type BatchLimits } from './record-batches.js';

export interface ReaderWork {
  /** The sequence to read from (inclusive): one after the store's cursor. Asked at the start and after `reread`; may reject while the store is away. */
  from(): Promise<number>;
  /**
   * Takes a batch, whole and in order; the next one is given when it resolves. A rejection (the store is away) gives the same batch again.
   * `reread`: the store's cursor is another, begin again at `from`.
   */
  handle(records: readonly StoredRecord[]): Promise<'done' | 'reread'>;
  /** What has become of the reader; for metrics, readiness and whoever waits for a sequence. */
  on(news: ReaderNews): void;
}

export type ReaderNews =
  /** The reader begins: everything before `from` is done. */
  | { readonly kind: 'begun'; readonly from: number }
  | { readonly kind: 'done'; readonly through: number; readonly records: number }
  | { readonly kind: 'failed'; readonly cause: string }
  /** Records before this one are gone from the log although they were not read: they had aged out. */
  | { readonly kind: 'hole'; readonly shard: number; readonly sequence: number };

export interface ReaderOptions {
  readonly log: Log;
  readonly stream: number;
  readonly work: ReaderWork;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: BatchLimits;
}

const firstPauseMs = 100;
const maxPauseMs = 5000;
const followAgainMs = 1000;

/**
 * Reads one stream into a store until `signal` aborts. Memory is bounded: while the store is away it does not pull. Rejects with ChainBroken when
 * a shard's records do not follow each other: something was lost or two holders wrote, and going on would hide it. Records that aged out before they were read
 * are told as a hole; a shard that was begun anew because all of its records had aged out is not even that.
 */
export async function runReader(options: ReaderOptions): Promise<void> {
  const { signal, work } = options;
  while (!signal.aborted) {
    const from = await untilItWorks(options, () => work.from());
    if (from === undefined) return;
    work.on({ kind: 'begun', from });
    const end = await readFrom(options, from).catch((error: unknown) => lost(options, error));
    if (end === 'ended') await wait(options.clock, followAgainMs, signal);
  }
}

async function readFrom(options: ReaderOptions, from: number): Promise<'reread' | 'ended'> {
  const { log, stream, work, clock, limits } = options;
  const following = new AbortController();
  const signal = AbortSignal.any([options.signal, following.signal]);
  const batches = new RecordBatches(log.follow(stream, from, signal), clock, limits ?? defaultBatchLimits);
  const check = chainCheck(options, from);
  try {
    for (;;) {
      const records = await batches.next();
      if (records.length === 0) return 'ended';
      for (const record of records) await check(record);
      const answer = await untilItWorks(options, () => work.handle(records));
      if (answer === undefined) return 'ended';
      if (answer === 'reread') return 'reread';
      work.on({ kind: 'done', through: records.at(-1)!.sequence, records: records.length });
    }
  } finally {
    following.abort();
  }
}

/** The follower gave up: it is begun again. A broken chain stays broken. */
function lost({ stream, work, logger }: ReaderOptions, error: unknown): 'ended' {
  if (error instanceof ChainBroken) throw error;
  logger.warn({ event: 'log-follower-lost', stream, cause: causeOf(error) });
  work.on({ kind: 'failed', cause: causeOf(error) });
  return 'ended';
}

/**
 * A shard's first record may follow only what was read before; if it follows something newer, that has aged out unread. Likewise a later one that follows
 * something newer than the last one read, or nothing, is right where all before it has gone by age. Whether any of that was unread, the stream's
 * sequences tell.
 */
function chainCheck(options: ReaderOptions, from: number): (record: StoredRecord) => Promise<void> {
  const { stream, work, logger, log } = options;
  const chains = new Chains();
  let read = from - 1;
  const hole = ({ shard, sequence, expected }: StoredRecord): void => {
    logger.error({ event: 'log-hole', stream, shard, sequence, expected, from });
    work.on({ kind: 'hole', shard, sequence });
  };
  return async (record) => {
    const { shard, sequence, expected } = record;
    const last = chains.lastOf(shard);
    const mayBePassed = last !== undefined && (expected === 0 || expected > last);
    const isPassed = mayBePassed && (await untilItWorks(options, () => isOldest(log, record))) === true;
    if (options.signal.aborted) return;
    if (isPassed) chains.begin(record);
    else chains.check(record);
    const isUnread = expected === 0 ? isPassed && sequence > read + 1 : expected >= from && expected !== last;
    if (isUnread) hole(record);
    read = sequence;
  };
}

/** Whether the log has nothing of the shard before this record. Rejects where that cannot be said now: a replica that lags has not even the record. */
async function isOldest(log: Log, { shard, sequence }: StoredRecord): Promise<boolean> {
  const [oldest] = await log.read(shard, 0, 1);
  if (oldest === undefined) throw new LogUnavailable(`shard ${shard} cannot be read up to ${sequence}`);
  return oldest.sequence >= sequence;
}

/** Undefined: the signal aborted first. One line when it begins to fail, one when it is over. */
async function untilItWorks<T>({ stream, work, signal, clock, logger }: ReaderOptions, task: () => Promise<T>): Promise<T | undefined> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const result = await task();
      if (failures > 0) logger.info({ event: 'reader-goes-on', stream, failures });
      return result;
    } catch (error) {
      const cause = causeOf(error);
      if (failures === 0) logger.warn({ event: 'reader-waits', stream, cause });
      work.on({ kind: 'failed', cause });
      await wait(clock, Math.min(firstPauseMs * 2 ** failures, maxPauseMs), signal);
    }
  }
  return undefined;
}
