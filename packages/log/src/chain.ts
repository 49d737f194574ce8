import type { StoredRecord } from './log.js';

/**
 * A reader did not get what its shard's chain says: a record is missing between the last one that it read and this one, or the fence was broken.
 * `expected` 0 says that the writer found the shard empty, which also happens where all of its records had aged out.
 */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken';

  constructor(
    readonly shard: number,
    readonly sequence: number,
    readonly expected: number,
    readonly previous: number,
  ) {
    super(`shard ${shard}: the record at ${sequence} follows ${expected}, but the last one read is ${previous}`);
  }
}

/** The record follows the shard's record at `previousSequence` (0: it is the shard's first). Throws ChainBroken otherwise. */
export function verifyChain(previousSequence: number, record: StoredRecord): void {
  if (record.expected !== previousSequence) throw new ChainBroken(record.shard, record.sequence, record.expected, previousSequence);
}

/** The chains of a stream's shards, as one reader goes along. The first record that it meets of a shard is taken as it is. */
export class Chains {
  readonly #last = new Map<number, number>();

  /** Throws ChainBroken, and then stays where it was. */
  check(record: StoredRecord): void {
    const last = this.lastOf(record.shard);
    if (last !== undefined) verifyChain(last, record);
    this.begin(record);
  }

  /** The newest record of a shard that was met; undefined: none was. */
  lastOf(shard: number): number | undefined {
    return this.#last.get(shard);
  }

  /** The record is taken as it is: whoever calls this knows that nothing of its shard is before it. */
  begin({ shard, sequence }: StoredRecord): void {
    this.#last.set(shard, sequence);
  }
}
