import { describe, expect, test } from '@jest/globals';
import { Record } from '@plaza/proto/log';
import { eventually, FakeClock } from '@plaza/testkit';
import { Appender } from './appender.js';
import { appendAll, idsOf, recordOf, storedAt } from './log.contract.js';
import { MemoryLog, MemoryLogStorage } from './log.memory.js';
import { maxRecordBytes } from './log.js';
import { MisbehavingLog, type Mischief } from './misbehaving-log.js';

const shard = 1;
const signal = new AbortController().signal;

/** A shard with two records, a log that goes wrong as scripted and then no more, and a clock whose pauses pass at once. */
async function scene(mischiefs: Mischief[], lags = 0) {
  const storage = new MemoryLogStorage({ shards: 4, streams: 2 });
  const other = new MemoryLog(storage);
  const [, last] = (await appendAll(other, shard, ['first', 'second'])) as [number, number];
  const honest = new MemoryLog(storage);
  const clock = new FakeClock();
  const log = new MisbehavingLog(
    honest,
    () => mischiefs.shift(),
    () => lags-- > 0,
  );
  const appender = new Appender(log, { clock, random: () => 0 });
  /** Lets pauses pass until the work is done. */
  const settle = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    void work.finally(() => (done = true)).catch(() => undefined);
    while (!done) await clock.pass(100);
    return work;
  };
  const ids = async (): Promise<string[]> => idsOf(await other.read(shard, 0, 100));
  return { storage, other, honest, log, clock, appender, last, settle, ids };
}

const stored = expect.objectContaining({ stored: expect.any(Number) });

describe('an append', () => {
  test('that is acknowledged is stored', async () => {
    const { appender, last, ids } = await scene([]);
    expect(await appender.append(shard, last, 'mine', recordOf('mine'), signal)).toEqual(stored);
    expect(await ids()).toEqual(['first', 'second', 'mine']);
  });

  const unclear: [string, Mischief[]][] = [
    ['after spurious errors', ['dropped', 'dropped', 'dropped']],
    ['when the reply is lost', ['reply-lost']],
    ['when every reply is lost for a while', ['reply-lost', 'reply-lost', 'dropped']],
    ['when the first try arrives after the second was sent', ['late']],
    ['when tries arrive late, again and again', ['late', 'late', 'dropped', 'late', 'reply-lost']],
    ['when a stale server names a lower sequence', ['stale', 'stale']],
    ['when the reply is lost and then a stale server answers', ['reply-lost', 'stale']],
  ];
  test.each(unclear)('is stored once %s', async (_, mischiefs) => {
    const { appender, last, ids, settle } = await scene(mischiefs);
    const outcome = await settle(appender.append(shard, last, 'mine', recordOf('mine'), signal));
    expect(outcome).toEqual(stored);
    expect(await ids()).toEqual(['first', 'second', 'mine']);
  });

  test('says the sequence at which a lost reply had stored it, even from a replica that lags', async () => {
    const { appender, other, last, settle } = await scene(['reply-lost'], 3);
    const outcome = await settle(appender.append(shard, last, 'mine', recordOf('mine'), signal));
    const [record] = await other.read(shard, last + 1, 1);
    expect(outcome).toEqual({ stored: record!.sequence });
  });

  test('asks the log again when the record that should be there cannot be found for long', async () => {
    const { appender, log, last, settle } = await scene(['reply-lost'], 25);
    expect(await settle(appender.append(shard, last, 'mine', recordOf('mine'), signal))).toEqual(stored);
    expect(log.tries.length).toBeGreaterThan(2);
  });

  test('is lost to a foreign record, even if that is found on a replica that lags', async () => {
    const { appender, other, last, settle } = await scene([], 2);
    const foreign = storedAt(await other.tryAppend(shard, last, recordOf('foreign')));
    expect(await settle(appender.append(shard, last, 'mine', recordOf('mine'), signal))).toEqual({ lost: 'foreign', last: foreign });
  });

  test('is lost, though it was stored, when another took over before the reply was known', async () => {
    const { appender, other, last, settle, ids } = await scene(['reply-lost', 'dropped', 'dropped', 'dropped']);
    const outcome = appender.append(shard, last, 'mine', recordOf('mine'), signal);
    await eventually(async () => expect(await ids()).toContain('mine'));
    const mine = (await other.read(shard, last + 1, 1))[0]!.sequence;
    const foreign = storedAt(await other.tryAppend(shard, mine, recordOf('foreign')));
    expect(await settle(outcome)).toEqual({ lost: 'foreign', last: foreign });
  });

  test('is lost when the shard was found empty', async () => {
    const { appender, storage, last } = await scene([]);
    storage.forget(shard);
    expect(await appender.append(shard, last, 'mine', recordOf('mine'), signal)).toEqual({ lost: 'empty', last: 0 });
  });

  test('of a first record goes on when the log says that the shard is empty', async () => {
    const { appender, settle } = await scene(['empty']);
    expect(await settle(appender.append(3, 0, 'mine', recordOf('mine'), signal))).toEqual(stored);
  });

  test('waits longer and rests longer from try to try', async () => {
    const { appender, log, last, settle, clock } = await scene(Array.from({ length: 12 }, () => 'dropped' as const));
    const started = clock.now();
    await settle(appender.append(shard, last, 'mine', recordOf('mine'), signal));
    expect(log.tries.map((entry) => entry.waitMs).slice(0, 6)).toEqual([250, 500, 1000, 2000, 2000, 2000]);
    // 1 + 2 + 4 ... + 128, then 200 each, halved by the drawn spread.
    expect(clock.now() - started).toBeGreaterThanOrEqual((255 + 4 * 200) / 2);
  });

  test('is not tried while disconnected, and goes on afterwards', async () => {
    const { appender, log, honest, last, clock, settle } = await scene([]);
    honest.setConnected(false);
    const outcome = appender.append(shard, last, 'mine', recordOf('mine'), signal);
    await clock.pass(5000);
    expect(log.tries).toEqual([]);
    honest.setConnected(true);
    expect(await settle(outcome)).toEqual(stored);
  });

  test('ends with its signal, while disconnected and between tries', async () => {
    for (const connected of [true, false]) {
      const { appender, honest, last, clock, settle } = await scene(Array.from({ length: 1000 }, () => 'dropped' as const));
      honest.setConnected(connected);
      const stop = new AbortController();
      const outcome = appender.append(shard, last, 'mine', recordOf('mine'), stop.signal);
      await clock.pass(300);
      stop.abort();
      expect(await settle(outcome)).toEqual({ aborted: true });
      expect(clock.pending).toBe(0);
    }
  });

  test('of a record that no log takes is refused before it is tried', async () => {
    const { appender, log, last } = await scene([]);
    const large = recordOf('mine', maxRecordBytes);
    await expect(appender.append(shard, last, 'mine', large, signal)).rejects.toThrow(expect.objectContaining({ name: 'RecordTooLarge' }));
    expect(log.tries).toEqual([]);
  });
});

describe('a claim', () => {
  const claims = async (log: MemoryLog): Promise<(string | undefined)[]> =>
    (await log.read(shard, 0, 100)).map((record) => Record.decode(record.bytes).claim?.holder);

  const mischiefs: [string, Mischief[]][] = [
    ['at once', []],
    ['after spurious errors', ['dropped', undefined, 'dropped']],
    ['when its reply is lost', [undefined, 'reply-lost']],
    ['when its reply is lost and a stale server answers', [undefined, 'reply-lost', 'stale']],
    ['when it arrives late', [undefined, 'late']],
    ['when stale servers answer', ['stale', 'stale', 'empty']],
  ];
  for (const hint of [0, 2, 99])
    test.each(mischiefs)(`takes the shard once, %s, from hint ${hint}`, async (_, script) => {
      const { appender, other, last, settle } = await scene([...script]);
      const outcome = await settle(appender.claim(shard, 'holder-a', '127.0.0.1:1', signal, hint));
      const newest = (await other.read(shard, 0, 100)).at(-1)!;
      const { claim, epoch } = Record.decode(newest.bytes);
      expect(claim).toEqual({ holder: 'holder-a', address: '127.0.0.1:1' });
      expect(epoch).toBe(0);
      expect(outcome).toEqual({ epoch: newest.sequence, previous: newest.expected });
      expect(newest.expected).toBe(last);
      expect(await claims(other)).toEqual([undefined, undefined, 'holder-a']);
    });

  test('of an empty shard follows nothing', async () => {
    const { appender, storage, settle } = await scene([]);
    storage.forget(shard);
    expect(await settle(appender.claim(shard, 'a', '', signal, 2))).toMatchObject({ previous: 0 });
  });

  test('ends the other holder: its next append is lost', async () => {
    const { appender, other, last } = await scene([]);
    const rival = new Appender(other, { clock: new FakeClock() });
    const { epoch } = (await rival.claim(shard, 'b', '', signal)) as { epoch: number };
    expect(epoch).toBeGreaterThan(last);
    expect(await appender.append(shard, last, 'mine', recordOf('mine'), signal)).toEqual({ lost: 'foreign', last: epoch });
  });

  test('ends with its signal', async () => {
    const { appender, honest, clock, settle } = await scene([]);
    honest.setConnected(false);
    const stop = new AbortController();
    const outcome = appender.claim(shard, 'a', '', stop.signal);
    await clock.pass(300);
    stop.abort();
    expect(await settle(outcome)).toEqual({ aborted: true });
  });
});
