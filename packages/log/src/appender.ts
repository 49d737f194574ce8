import { wait, type Clock } from '@plaza/kit';
import { Record } from '@plaza/proto/log';
import { LogUnavailable, maxRecordBytes, RecordTooLarge, type AppendAnswer, type Log, type StoredRecord } from './log.js';
import { newRecordId, recordIdOf, recordSchema } from './record.js';

export type AppendOutcome =
  /** The record is in the log, once. */
  | { readonly stored: number }
  /**
   * The shard is not this writer's any more: `foreign`, another's record stands at `last`; `empty`, the shard's records aged out. The record may be
   * in the log all the same, before `last`: whoever asked for it asks the new holder, and is never told "refused".
   */
  | { readonly lost: 'foreign' | 'empty'; readonly last: number }
  /** The signal aborted first; the record may be in the log or come to be. */
  | { readonly aborted: true };

export type ClaimOutcome =
  /** `epoch` is the claim's sequence, `previous` that of the shard's record before it (0: none). */
  { readonly epoch: number; readonly previous: number } | { readonly aborted: true };

export interface AppenderParts {
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive): pauses between tries are spread by it. */
  readonly random?: () => number;
}

const firstWaitMs = 250;
const longestWaitMs = 2000;
const firstPauseMs = 1;
const longestPauseMs = 200;

/** How patient the tries of one record have become. */
class Patience {
  waitMs = firstWaitMs;
  pauseMs = firstPauseMs;

  grow(): void {
    this.waitMs = Math.min(2 * this.waitMs, longestWaitMs);
    this.pauseMs = Math.min(2 * this.pauseMs, longestPauseMs);
  }
}

/**
 * The one place where the log's raw answers are judged. Only an ack, or a record read at a sequence above the expectation, decides; both are
 * immutable, so that late, lost and stale answers cannot hurt. Everything else is tried again, the same bytes with the same expectation.
 *
 * One append of a shard at a time; different shards run side by side. After an abort a call returns when the try under way has ended, which takes
 * at most two seconds.
 */
export class Appender {
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(
    private readonly log: Log,
    parts: AppenderParts,
  ) {
    this.#clock = parts.clock;
    this.#random = parts.random ?? Math.random;
  }

  /**
   * Appends `bytes` (an encoded Record whose id is `id`) after the shard's record at `expected`. Goes on until the outcome is known. Rejects with
   * RecordTooLarge where no log would ever take it.
   */
  async append(shard: number, expected: number, id: string, bytes: Uint8Array, signal: AbortSignal): Promise<AppendOutcome> {
    if (bytes.length > maxRecordBytes) throw new RecordTooLarge(`a record of ${bytes.length} bytes, over ${maxRecordBytes}`);
    const patience = new Patience();
    while (await this.#mayTry(patience, signal)) {
      const answer = await this.log.tryAppend(shard, expected, bytes, patience.waitMs);
      if (answer.kind === 'stored') return { stored: answer.sequence };
      const last = takenOver(answer, expected);
      if (last === 0) return { lost: 'empty', last };
      if (last !== undefined) {
        const record = await this.#recordAt(shard, last, signal);
        if (record !== undefined) return recordIdOf(record.bytes) === id ? { stored: last } : { lost: 'foreign', last };
      }
      await this.#rest(patience, signal);
    }
    return { aborted: true };
  }

  /**
   * Takes the shard, whoever holds it: the only append that may follow a record it did not expect. `hint` is a guess of the shard's newest
   * sequence; a wrong one costs a try.
   */
  async claim(shard: number, holder: string, address: string, signal: AbortSignal, hint = 0): Promise<ClaimOutcome> {
    const patience = new Patience();
    // Each expectation gets a record of its own under one claim id: a try that was superseded unseen is not written twice.
    const id = newRecordId();
    let turn = 0;
    let expected = hint;
    // Nothing of this claim can be in the log before a try came to nothing clear; then what took its place may be itself.
    let unclear = false;
    let bytes = this.#claimRecord(`${id}.${turn}`, holder, address);
    while (await this.#mayTry(patience, signal)) {
      const answer = await this.log.tryAppend(shard, expected, bytes, patience.waitMs);
      if (answer.kind === 'stored') return { epoch: answer.sequence, previous: expected };
      if (answer.kind === 'wrong-last' && answer.last !== expected) {
        const record = unclear && answer.last > 0 ? await this.#recordAt(shard, answer.last, signal) : undefined;
        if (record !== undefined && recordIdOf(record.bytes).startsWith(id)) return { epoch: record.sequence, previous: record.expected };
        // A lower number may be a stale view: following it is safe, for the fence judges it too, and a rest keeps it from spinning.
        if (answer.last < expected) await this.#rest(patience, signal);
        expected = answer.last;
        bytes = this.#claimRecord(`${id}.${++turn}`, holder, address);
      } else {
        unclear ||= answer.kind === 'unclear';
        await this.#rest(patience, signal);
      }
    }
    return { aborted: true };
  }

  #claimRecord(id: string, holder: string, address: string): Uint8Array {
    return Record.encode(Record.fromPartial({ id, schema: recordSchema, timeMs: this.#clock.now(), claim: { holder, address } })).finish();
  }

  /** Waits while the log is disconnected. False: aborted. */
  async #mayTry(patience: Patience, signal: AbortSignal): Promise<boolean> {
    while (!this.log.connected && !signal.aborted) await this.#rest(patience, signal);
    return !signal.aborted;
  }

  async #rest(patience: Patience, signal: AbortSignal): Promise<void> {
    await wait(this.#clock, Math.ceil(patience.pauseMs * (0.5 + this.#random() / 2)), signal);
    patience.grow();
  }

  /** The record that is known to be there, from a replica that may lag. Undefined: aborted, or not found for so long that it may have aged out. */
  async #recordAt(shard: number, sequence: number, signal: AbortSignal): Promise<StoredRecord | undefined> {
    const patience = new Patience();
    for (let reads = 0; reads < 20 && !signal.aborted; reads++) {
      try {
        const record = await this.log.at(shard, sequence);
        if (record !== undefined && record.shard === shard) return record;
      } catch (error) {
        if (!(error instanceof LogUnavailable)) throw error;
      }
      await this.#rest(patience, signal);
    }
    return undefined;
  }
}

/** The sequence, above the expectation, that answered instead; 0: the shard is empty; undefined: the answer decides nothing. */
function takenOver(answer: AppendAnswer, expected: number): number | undefined {
  if (answer.kind !== 'wrong-last') return undefined;
  if (answer.last > expected) return answer.last;
  return answer.last === 0 && expected > 0 ? 0 : undefined;
}
