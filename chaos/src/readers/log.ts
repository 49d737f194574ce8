import type { Log } from '@plaza/log';
import { Record } from '@plaza/proto/log';
import type { LoggedRecord } from '../readings.js';

const quietMs = 1500;
const patienceMs = 120_000;

/**
 * The whole log, by stream and sequence: read until every room has reached the head that it is known to have, and nothing more comes for a while.
 * Rejects where a room does not get there.
 */
export async function readLog(log: Log, heads: ReadonlyMap<string, number>): Promise<readonly LoggedRecord[]> {
  const ended = new AbortController();
  const streams = Array.from({ length: log.streams }, (): LoggedRecord[] => []);
  const reached = new Map<string, number>();
  let newsAt = performance.now();
  const following = streams.map(async (records, stream) => {
    for await (const { shard, sequence, expected, bytes } of log.follow(stream, 1, ended.signal)) {
      const record = Record.decode(bytes);
      records.push({ shard, sequence, expected, record });
      for (const { room, last } of record.batches) reached.set(room, last);
      newsAt = performance.now();
    }
  });
  const missing = (): string[] => [...heads].filter(([room, head]) => (reached.get(room) ?? 0) < head).map(([room]) => room);
  const end = performance.now() + patienceMs;
  while ((missing().length > 0 || performance.now() - newsAt < quietMs) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  ended.abort();
  await Promise.all(following);
  if (missing().length > 0) throw new Error(`the log does not reach the heads of ${missing().join()}`);
  return streams.flat();
}
