import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryBus, MemoryPeers } from '@plaza/bus/memory';
import { openStore } from '@plaza/kit/lmdb';
import { readConfig } from '@plaza/kit';
import { LogUnavailable } from '@plaza/log';
import { LmdbKeeping, LmdbLog } from '@plaza/log/lmdb';
import { MemoryKeeping, MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { FakeClock, quietLogger, temporaryFolder } from '@plaza/testkit';
import { LogKeeper, snapshotsNeed } from './log-keeper.js';
import type { LogStreamSeen } from './metrics.js';
import { settingsTable } from './settings.js';
import { MemorySnapshotStorage, MemorySnapshotStore } from './snapshot-store.memory.js';

const hour = 3_600_000;
const size = { shards: 4, streams: 2 };

/** A log of four shards in two streams, and keepers of it that hear the same beats. */
abstract class Bench {
  readonly clock = new FakeClock();
  readonly bus = new MemoryBus();
  readonly peers = new MemoryPeers(this.bus);
  readonly snapshots = new MemorySnapshotStorage();
  readonly seen = new Map<number, LogStreamSeen | undefined>();
  readonly said: string[] = [];
  readonly keepers: LogKeeper[] = [];
  readonly newest = new Map<number, number>();
  abstract readonly log: MemoryLog | LmdbLog;
  abstract readonly keeping: MemoryKeeping | LmdbKeeping;

  keeper(readers: readonly string[] = ['history'], owns = (_stream: number) => true): LogKeeper {
    const say = (fields: object): void => void this.said.push((fields as { event: string }).event);
    const { clock, keeping, peers } = this;
    const keeper = new LogKeeper({
      keeping,
      peers,
      clock,
      owns,
      readers,
      snapshots: new MemorySnapshotStore(this.snapshots),
      logger: Object.assign(quietLogger(), { warn: say, error: say, info: say }),
      metrics: { logStream: (stream, seen) => void this.seen.set(stream, seen) },
      keepMs: 24 * hour,
      lookMs: hour,
    });
    keeper.start();
    this.keepers.push(keeper);
    return keeper;
  }

  async append(shard: number, bytes = new Uint8Array(10)): Promise<number> {
    const answer = await this.log.tryAppend(shard, this.newest.get(shard) ?? 0, bytes, 1000);
    if (answer.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(answer)}`);
    this.newest.set(shard, answer.sequence);
    return answer.sequence;
  }

  /** Hours go by; the keepers look in each. */
  async hours(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.clock.pass(hour);
      await Promise.all(this.keepers.map((keeper) => keeper.look()));
    }
  }

  async read(kind: string, through: number): Promise<void> {
    const streams = [0, 1].map((stream) => ({ stream, through }));
    this.peers.beat({ kind, id: `${kind}-1`, address: '', atMs: this.clock.now(), shards: [], draining: false, reading: { streams } });
    await this.clock.pass(0);
  }

  snapshot(shard: number, sequence: number): void {
    this.snapshots.shard(shard).manifests = [{ id: `s${sequence}`, sequence, chunks: 0, takenMs: 0 }];
  }

  async sequences(shard: number): Promise<number[]> {
    return (await this.log.read(shard, 0, 100)).map(({ sequence }) => sequence);
  }

  async close(): Promise<void> {
    await Promise.all(this.keepers.map((keeper) => keeper.stop()));
    await this.log.close();
  }
}

class MemoryBench extends Bench {
  readonly storage = new MemoryLogStorage({ ...size, clock: this.clock });
  readonly log = new MemoryLog(this.storage);
  readonly keeping = new MemoryKeeping(this.storage, 10_000);
}

class LmdbBench extends Bench {
  readonly store = openStore(temporaryFolder());
  readonly log = LmdbLog.open(this.store, { ...size, fsync: 'commit', clock: this.clock });
  readonly keeping = new LmdbKeeping(this.store, { ...size, clock: this.clock });

  override async close(): Promise<void> {
    await super.close();
    await this.store.close();
  }
}

describe.each([
  ['memory', () => new MemoryBench()],
  ['lmdb', () => new LmdbBench()],
] as [string, () => Bench][])('the keeper of the log’s age on %s', (_, make) => {
  let bench: Bench;
  beforeEach(() => {
    bench = make();
  });
  afterEach(() => bench.close());

  test('lets records go at the usual age when everybody has read them and they are in snapshots', async () => {
    bench.keeper();
    const [a, b] = [await bench.append(0), await bench.append(0)];
    bench.snapshot(0, b);
    await bench.read('history', b);
    await bench.hours(23);
    expect(await bench.sequences(0)).toEqual([a, b]);
    await bench.hours(2);
    expect(await bench.sequences(0)).not.toContain(a);
    expect(bench.said).toEqual([]);
  });

  test('holds what a reader has not read, though it died, for days; once it has caught up the age is the usual one again', async () => {
    bench.keeper();
    const [a, b] = [await bench.append(0), await bench.append(0)];
    const c = await bench.append(0);
    bench.snapshot(0, c);
    await bench.read('history', a);
    await bench.hours(80);
    expect(await bench.sequences(0)).toEqual(expect.arrayContaining([b, c]));
    expect(bench.seen.get(0)).toMatchObject({ heldFor: ['history'], ageMs: 90 * hour });
    expect(bench.seen.get(1)).toMatchObject({ heldFor: [], ageMs: 24 * hour });
    await bench.read('history', c);
    await bench.hours(1);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: [], ageMs: 24 * hour });
    expect(await bench.sequences(0)).not.toContain(b);
    expect(bench.said).toEqual(['log-age-lengthened', 'log-age-usual']);
  });

  test('as it is shipped holds what the history, the figures, the webhooks or the audit log have not read', async () => {
    const read = readConfig({ logReaders: settingsTable.logReaders }, {});
    bench.keeper('config' in read ? read.config.logReaders : []);
    const a = await bench.append(0);
    const b = await bench.append(0);
    bench.snapshot(0, b);
    for (const reader of ['history', 'metrics', 'audit']) await bench.read(reader, b);
    await bench.hours(60);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: ['webhooks'] });
    expect(await bench.sequences(0)).toEqual([a, b]);
    // An api without webhooks reads all the same: there is nobody whom it waits for.
    await bench.read('webhooks', b);
    await bench.hours(1);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: [] });
  });

  test('holds everything for a needed reader that was never heard, as after a start of everything', async () => {
    bench.keeper(['history', 'metrics']);
    const [a, b] = [await bench.append(0), await bench.append(0)];
    bench.snapshot(0, b);
    await bench.read('history', b);
    await bench.hours(50);
    expect(await bench.sequences(0)).toEqual([a, b]);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: ['metrics'] });
  });

  test('holds what is in no snapshot of its shard, though younger snapshots of others are there', async () => {
    bench.keeper([]);
    const [a, b] = [await bench.append(0), await bench.append(0)];
    const other = [await bench.append(2), await bench.append(2)];
    bench.snapshot(0, a);
    bench.snapshot(2, other[1]!);
    await bench.hours(50);
    expect(await bench.sequences(0)).toContain(b);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: [snapshotsNeed] });
    const c = await bench.append(0);
    bench.snapshot(0, b);
    await bench.hours(1);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: [], ageMs: 24 * hour });
    expect(await bench.sequences(0)).toEqual([c]);
    expect(await bench.sequences(2)).not.toContain(other[0]);
  });

  test('goes by what it knew of snapshots while their store is away', async () => {
    bench.keeper([]);
    const [a, b] = [await bench.append(0), await bench.append(0)];
    bench.snapshot(0, a);
    await bench.hours(1);
    bench.snapshots.available = false;
    await bench.hours(50);
    expect(await bench.sequences(0)).toContain(b);
    bench.snapshots.available = true;
    bench.snapshot(0, b);
    await bench.hours(1);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: [] });
  });

  test('two at once hold what either knows of, as long as it is needed', async () => {
    bench.keeper(['history']);
    const [a, b] = [await bench.append(0), await bench.append(0)];
    bench.snapshot(0, b);
    await bench.read('history', b);
    // The second starts later, and has heard of nobody.
    bench.keeper(['history']);
    await bench.hours(20);
    expect(await bench.sequences(0)).toEqual([a, b]);
    const c = await bench.append(0);
    bench.snapshot(0, c);
    await bench.read('history', b);
    await bench.hours(60);
    expect(await bench.sequences(0)).toEqual([c]);
    expect(bench.seen.get(0)).toMatchObject({ heldFor: ['history'] });
  });

  test('leaves streams to others that they keep', async () => {
    bench.keeper([], (stream) => stream === 1);
    await bench.append(0);
    await bench.append(1);
    await bench.hours(1);
    expect(bench.seen.get(0)).toBeUndefined();
    expect(bench.seen.get(1)).toMatchObject({ ageMs: 24 * hour });
  });
});

describe('the keeper of the log’s age', () => {
  test('raises an alarm at half of the byte limit, once, and takes it back', async () => {
    const bench = new MemoryBench();
    bench.keeper([]);
    for (let i = 0; i < 4; i++) await bench.append(0, new Uint8Array(1000));
    bench.snapshot(0, 4);
    await bench.hours(1);
    expect(bench.seen.get(0)).toMatchObject({ halfFull: false, bytes: 4000 });
    const last = await bench.append(0, new Uint8Array(1000));
    bench.snapshot(0, last);
    await bench.hours(3);
    expect(bench.seen.get(0)).toMatchObject({ halfFull: true, bytes: 5000 });
    expect(bench.said).toEqual(['log-half-full']);
    await bench.hours(25);
    expect(bench.seen.get(0)).toMatchObject({ halfFull: false });
    expect(bench.said).toEqual(['log-half-full', 'log-half-full-over']);
    await bench.close();
  });

  test('changes nothing while the log cannot be asked, and goes on afterwards', async () => {
    const bench = new MemoryBench();
    const keeper = bench.keeper([]);
    const asked = bench.keeping.moment.bind(bench.keeping);
    bench.keeping.moment = () => Promise.reject(new LogUnavailable('away'));
    await bench.append(0);
    await keeper.look();
    expect(bench.said).toEqual(['log-age-not-looked-at', 'log-age-not-looked-at']);
    bench.keeping.moment = asked;
    await keeper.look();
    expect(bench.seen.get(0)).toMatchObject({ ageMs: 24 * hour });
    await bench.close();
  });
});
