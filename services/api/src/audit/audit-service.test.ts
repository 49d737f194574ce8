import { afterEach, describe, expect, test } from '@jest/globals';
import { MemoryBus, MemoryPeers } from '@plaza/bus/memory';
import { parseRoomId, positionAt, shardOf } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { AuditMetrics } from './audit-metrics.prom.js';
import { AuditService } from './audit-service.js';
import { MemoryAudit, MemoryAuditStorage } from './audit.memory.js';
import { actsIn } from './read-record.js';
import { verifyChain } from './verify.js';

const size = { shards: 8, streams: 2 };
const auditDays = 400;
const dayMs = 86_400_000;

/** Processes over one log and one audit log, with a writer of records. */
class Bench {
  readonly clock = new FakeClock();
  readonly logs = new MemoryLogStorage(size);
  readonly storage = new MemoryAuditStorage();
  readonly audit = new MemoryAudit(this.storage);
  /** Of the process that was started last. */
  registry = new Registry();
  readonly services: AuditService[] = [];
  readonly #bus = new MemoryBus();
  readonly #last = new Map<number, number>();
  #events = 0;

  async start(id: string, audit = new MemoryAudit(this.storage)): Promise<AuditService> {
    const metrics = new AuditMetrics(this.#registryOfNext());
    const parts = {
      audit,
      log: new MemoryLog(this.logs),
      peers: new MemoryPeers(this.#bus),
      metrics,
      clock: this.clock,
      logger: quietLogger(),
    };
    const service = new AuditService({ id, auditDays }, parts);
    this.services.push(service);
    await service.start();
    return service;
  }

  /** The newest process's. */
  async broken(): Promise<number> {
    return (await this.registry.getSingleMetric('plaza_api_audit_broken_total')!.get()).values[0]!.value;
  }

  #registryOfNext(): Registry {
    return (this.registry = new Registry());
  }

  /** A record with these kicks of a room's host, and a message before each. */
  append(room: string, ...kicked: string[]): number {
    const shard = shardOf(parseRoomId(room)!, size.shards);
    const events = kicked.flatMap((account) => [
      this.#logged({ $case: 'message', value: { account } }, [], account),
      this.#logged({ $case: 'kicked', value: { reason: 'spam' } }, [account], 'host'),
    ]);
    const bytes = Record.encode(Record.fromPartial({ timeMs: this.clock.now(), batches: [{ room, events }] })).finish();
    const answer = this.logs.append(shard, this.#last.get(shard) ?? 0, bytes);
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    this.#last.set(shard, answer.sequence);
    return shard % size.streams;
  }

  async entries(chain: number) {
    return this.audit.read(chain, 0, 1000);
  }

  async targets(chain: number): Promise<string[]> {
    return (await this.entries(chain)).flatMap(({ targets }) => targets);
  }

  #logged(kind: object, targets: string[], operator: string) {
    const position = positionAt(this.clock.now()) + ++this.#events;
    const event = Event.encode(Event.fromPartial({ position, timeMs: this.clock.now(), operator, targets, kind } as object)).finish();
    return { position, event };
  }
}

let bench: Bench;
afterEach(async () => {
  for (const service of bench.services) await service.stop();
});

describe('the audit log’s writer', () => {
  test('brings the acts of each stream into its chain, once and in the order of the log', async () => {
    bench = new Bench();
    const chain = bench.append('lobby', 'a', 'b');
    await bench.start('one');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['a', 'b']));
    bench.append('lobby');
    bench.append('lobby', 'c');
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(await bench.targets(chain)).toEqual(['a', 'b', 'c']);
    });
    expect((await bench.entries(chain)).map(({ sequence, act, room, reason }) => [sequence, act, room, reason])).toEqual([
      [1, 'kicked', 'lobby', 'spam'],
      [1, 'kicked', 'lobby', 'spam'],
      [3, 'kicked', 'lobby', 'spam'],
    ]);
    expect(await bench.audit.head(chain)).toMatchObject({ sequence: 3, number: 3 });
    expect(await verifyChain(bench.audit, chain)).toMatchObject({ ok: true, count: 3 });
    const text = await bench.registry.metrics();
    expect(text).toContain('plaza_api_audit_entries_total{act="kicked"} 3');
    expect(text).not.toContain('lobby');
  });

  test('goes on where the chain stands, in whatever process', async () => {
    bench = new Bench();
    const chain = bench.append('lobby', 'a');
    const one = await bench.start('one');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['a']));
    await one.drain();
    await one.stop();
    bench.append('lobby', 'b');
    await bench.start('two');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['a', 'b']));
    expect(await verifyChain(bench.audit, chain)).toMatchObject({ ok: true, count: 2 });
  });

  test('two that both think a stream is theirs write one chain', async () => {
    bench = new Bench();
    const chain = bench.append('lobby', 'a');
    // Neither hears the other: each reads everything.
    const deaf = new Bench();
    Object.assign(deaf, { logs: bench.logs, storage: bench.storage, clock: bench.clock });
    const [one, two] = [await bench.start('one'), await deaf.start('two', bench.audit)];
    for (let i = 0; i < 30; i++) {
      bench.append('lobby', `t${i}`);
      await bench.clock.pass(40);
    }
    await eventually(async () => {
      await bench.clock.pass(200);
      expect(await bench.targets(chain)).toEqual(['a', ...Array.from({ length: 30 }, (_, i) => `t${i}`)]);
      for (const service of [one, two]) expect(service.states().get(chain)).toMatchObject({ through: 31, failing: undefined });
    });
    expect(await verifyChain(bench.audit, chain)).toMatchObject({ ok: true, count: 31 });
    await two.stop();
  });

  test('waits while the store is away, and loses nothing', async () => {
    bench = new Bench();
    bench.storage.available = false;
    const chain = bench.append('lobby', 'a');
    const service = await bench.start('one');
    await eventually(() => expect(service.states().get(chain)?.failing).toContain('away'));
    bench.append('lobby', 'b');
    bench.storage.available = true;
    await eventually(async () => {
      await bench.clock.pass(1000);
      expect(await bench.targets(chain)).toEqual(['a', 'b']);
    });
  });

  test('reads again what a store lost that went back', async () => {
    bench = new Bench();
    const chain = bench.append('lobby', 'a');
    await bench.start('one');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['a']));
    const [before, kept] = [await bench.audit.head(chain), new Map(bench.storage.chains.get(chain))];
    bench.append('lobby', 'b');
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(await bench.targets(chain)).toEqual(['a', 'b']);
    });
    bench.storage.heads.set(chain, before);
    bench.storage.chains.set(chain, kept);
    bench.append('lobby', 'c');
    await eventually(async () => {
      await bench.clock.pass(1000);
      expect(await bench.targets(chain)).toEqual(['a', 'b', 'c']);
    });
    expect(await verifyChain(bench.audit, chain)).toMatchObject({ ok: true, count: 3 });
  });

  test('says in the chain where the log had let go of what was not read', async () => {
    bench = new Bench();
    const chain = bench.append('lobby', 'lost');
    bench.append('lobby', 'lost, too');
    const at = bench.logs.next(chain, 2)!;
    const third = bench.append('lobby', 'a');
    expect(third).toBe(chain);
    const kept = bench.logs.next(chain, 3)!;
    bench.logs.forget(at.shard);
    Object.assign(bench.logs, { next: (stream: number, from: number) => (stream === chain && from <= 3 ? kept : undefined) });
    await bench.start('one');
    await eventually(async () => expect((await bench.entries(chain)).map(({ act }) => act)).toEqual(['log-hole', 'kicked']));
    expect((await bench.entries(chain))[0]).toMatchObject({ room: '', details: { shard: at.shard, lastLostSequence: 2 }, sequence: 3 });
    expect(await verifyChain(bench.audit, chain)).toMatchObject({ ok: true, count: 2 });
  });

  test('stops where the records of a shard do not follow each other, and says so', async () => {
    bench = new Bench();
    const chain = bench.append('lobby', 'a');
    const service = await bench.start('one');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['a']));
    const next = bench.logs.next.bind(bench.logs);
    // The second was written past the fence, as if there were no first.
    const forged: typeof next = (...asked) => {
      const record = next(...asked);
      return record?.sequence === 2 ? { ...record, expected: 0 } : record;
    };
    Object.assign(bench.logs, { next: forged });
    bench.append('lobby', 'b');
    await eventually(async () => {
      await bench.clock.pass(100);
      expect(service.states().get(chain)?.broken).toContain('follows 0');
    });
    expect(await bench.registry.metrics()).toContain('plaza_api_audit_streams_stopped 1');
  });

  test('cuts what is older than is kept, at start and daily, and never a chain that is broken', async () => {
    bench = new Bench();
    const daily: (() => void)[] = [];
    const every = bench.clock.every.bind(bench.clock);
    bench.clock.every = (ms, task) => {
      if (ms !== dayMs) return every(ms, task);
      daily.push(task);
      return { cancel: () => void daily.splice(0) };
    };
    const chain = bench.append('lobby', 'a', 'b');
    const old = await bench.start('one');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['a', 'b']));
    await old.stop();
    bench.clock.advance(auditDays * dayMs + 1);
    bench.append('lobby', 'c');
    await bench.start('two');
    await eventually(async () => expect(await bench.targets(chain)).toEqual(['c']));
    expect(await verifyChain(bench.audit, chain)).toMatchObject({ ok: true, from: { number: 2 }, count: 1 });
    const [entry] = await bench.entries(chain);
    bench.storage.chains.get(chain)!.set(entry!.number, { ...entry!, timeMs: 5 });
    expect(daily).toHaveLength(1);
    daily[0]!();
    await eventually(async () => expect(await bench.broken()).toBe(1));
    expect(await bench.targets(chain)).toEqual(['c']);
  });
});

test('a record that is none is not passed over', () => {
  expect(() => actsIn({ sequence: 1, shard: 0, expected: 0, bytes: Uint8Array.of(255, 255) })).toThrow();
});
