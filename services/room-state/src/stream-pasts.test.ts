import { describe, expect, test } from '@jest/globals';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Record } from '@plaza/proto/log';
import { StreamPasts } from './stream-pasts.js';

const streams = 2;
const shards = 4;
const record = (timeMs: number): Uint8Array => Record.encode(Record.fromPartial({ id: `r${timeMs}`, timeMs })).finish();

/** 500 records in each stream, one a second, of its shards in turn; how often the log was asked for one. */
async function scene() {
  const log = new MemoryLog(new MemoryLogStorage({ shards, streams }));
  const newest: number[] = Array.from({ length: shards }, () => 0);
  for (let i = 0; i < 500 * streams; i++) {
    const answer = await log.tryAppend(i % shards, newest[i % shards]!, record(Math.floor(i / streams) * 1000));
    if (answer.kind === 'stored') newest[i % shards] = answer.sequence;
  }
  const asked: number[] = [];
  const at = log.at.bind(log);
  log.at = (shard, sequence) => {
    asked.push(sequence);
    return at(shard, sequence);
  };
  return { log, newest, asked, pasts: new StreamPasts(log) };
}

describe('the past of a stream', () => {
  const sinceMs = 400_000;

  test('is looked for once for all shards in it that are taken over together', async () => {
    const { newest, asked, pasts, log } = await scene();
    const [first, third] = await Promise.all([pasts.before(0, newest[0]!, sinceMs), pasts.before(2, newest[2]!, sinceMs + 1000)]);
    const looks = asked.length;
    expect(third).toBe(first);
    expect(Record.decode((await log.at(0, first))!.bytes).timeMs).toBeLessThan(sinceMs);
    await pasts.before(1, newest[1]!, sinceMs);
    expect(asked.length - 1).toBe(2 * looks);
  });

  test('is looked for again when it would be too long ago, too late, or behind the shard', async () => {
    const { newest, asked, pasts } = await scene();
    await pasts.before(0, newest[0]!, sinceMs);
    for (const [shard, last, since] of [
      [2, newest[2]!, sinceMs + 60_000],
      [2, newest[2]!, sinceMs - 1],
      [2, 10, sinceMs],
    ] as const) {
      const before = asked.length;
      const found = await pasts.before(shard, last, since);
      expect(found).toBeLessThan(last);
      if (last > 64) expect(asked.length).toBeGreaterThan(before);
    }
  });

  test('that could not be looked for is looked for again', async () => {
    const { log, newest, pasts } = await scene();
    log.setConnected(false);
    await expect(pasts.before(0, newest[0]!, sinceMs)).rejects.toThrow();
    log.setConnected(true);
    expect(await pasts.before(0, newest[0]!, sinceMs)).toBeGreaterThan(0);
  });
});
