import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@plaza/kit';
import { Record } from '@plaza/proto/log';
import fc from 'fast-check';
import { Appender } from './appender.js';
import { verifyChain } from './chain.js';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';
import type { Log } from './log.js';
import { MisbehavingLog, type Mischief } from './misbehaving-log.js';

const shard = 1;
const goal = 12;

/** Pauses pass at once, but others get their turn. */
const hastyClock: Clock = {
  now: () => 0,
  after(_, task) {
    const handle = setImmediate(task);
    return { cancel: () => clearImmediate(handle) };
  },
  every: () => {
    throw new Error('nothing here repeats');
  },
};

/** Holds the shard as a room-state process does: claims, appends under its epoch, claims again when it was lost. Gives what was acknowledged. */
async function holder(name: string, log: Log): Promise<Map<string, number>> {
  const appender = new Appender(log, { clock: hastyClock, random: () => 0.5 });
  const signal = new AbortController().signal;
  const acknowledged = new Map<string, number>();
  for (let made = 0; acknowledged.size < goal;) {
    const claim = await appender.claim(shard, name, '', signal);
    if (!('epoch' in claim)) throw new Error('nobody aborts');
    let last = claim.epoch;
    for (;;) {
      const id = `${name}-${made++}`;
      const bytes = Record.encode(Record.fromPartial({ id, epoch: claim.epoch })).finish();
      const outcome = await appender.append(shard, last, id, bytes, signal);
      if (!('stored' in outcome)) break;
      acknowledged.set(id, outcome.stored);
      last = outcome.stored;
      if (acknowledged.size === goal) break;
    }
  }
  return acknowledged;
}

const mischief = fc.constantFrom<Mischief>(undefined, undefined, undefined, 'dropped', 'reply-lost', 'late', 'stale', 'empty');
const script = fc.array(mischief, { maxLength: 60 });
const lag = fc.array(fc.boolean(), { maxLength: 20 });

describe('two holders that fight for a shard on a log that misbehaves', () => {
  test('have each acknowledged record in it exactly once, in an unbroken chain, under the newest claim', async () => {
    await fc.assert(
      fc.asyncProperty(script, script, lag, lag, async (turnsA, turnsB, lagsA, lagsB) => {
        const storage = new MemoryLogStorage({ shards: 4, streams: 2 });
        const log = (turns: Mischief[], lags: boolean[]): MisbehavingLog =>
          new MisbehavingLog(
            new MemoryLog(storage),
            () => turns.shift(),
            () => lags.shift() ?? false,
          );
        const [logA, logB] = [log([...turnsA], [...lagsA]), log([...turnsB], [...lagsB])];
        const [a, b] = await Promise.all([holder('a', logA), holder('b', logB)]);
        await logA.arriveLate();
        await logB.arriveLate();
        await check(new MemoryLog(storage), new Map([...a, ...b]));
      }),
      { numRuns: 300 },
    );
  });
});

async function check(log: Log, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const seen = new Map<string, number>();
  let previous = 0;
  let epoch = 0;
  for (const stored of await log.read(shard, 0, 10_000)) {
    verifyChain(previous, stored);
    previous = stored.sequence;
    const record = Record.decode(stored.bytes);
    expect(seen.has(record.id)).toBe(false);
    seen.set(record.id, stored.sequence);
    if (record.claim !== undefined) epoch = stored.sequence;
    else expect(record.epoch).toBe(epoch);
  }
  for (const [id, sequence] of acknowledged) expect(seen.get(id)).toBe(sequence);
}
