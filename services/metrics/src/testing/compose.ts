import { MemoryBus, MemoryPeers } from '@plaza/bus/memory';
import { parseRoomId, positionAt, shardOf, Sketch } from '@plaza/domain';
import { Registry } from '@plaza/kit';
import type { StoredRecord } from '@plaza/log';
import { MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { Event } from '@plaza/proto/client';
import { Record } from '@plaza/proto/log';
import { eventually, FakeClock, quietLogger } from '@plaza/testkit';
import { MemoryArchive } from '../archive.memory.js';
import { createMetrics, type Metrics } from '../compose.js';
import { MemoryCounters, MemoryCountersStorage } from '../counters.memory.js';

export const hourMs = 3_600_000;
const size = { shards: 8, streams: 4 };

interface Happens {
  readonly messages?: number;
  /** Each enters once for each time it is named. */
  readonly accounts?: readonly string[];
}

/** One record: so many messages, a mute that is no message, and a tally. */
export function recordOf(room: string, { messages = 0, accounts = [] }: Happens, atMs: number): Uint8Array {
  const message = { $case: 'message' as const, value: {} };
  const kinds = [...Array.from({ length: messages }, () => message), { $case: 'muted' as const, value: {} }];
  const events = kinds.map((kind, i) => ({ position: positionAt(atMs) + i, event: Event.encode(Event.fromPartial({ kind })).finish() }));
  const active = new Sketch();
  for (const account of accounts) active.add(account);
  const tally = accounts.length === 0 ? {} : { tally: { enters: accounts.length, sketch: active.encode() } };
  return Record.encode(Record.fromPartial({ timeMs: atMs, batches: [{ room, events, ...tally }] })).finish();
}

/** A log of which everything up to a sequence has aged out. */
class AgedLog extends MemoryLog {
  constructor(
    storage: MemoryLogStorage,
    private readonly goneThrough: number,
  ) {
    super(storage);
  }

  override follow(stream: number, fromSequence: number, signal: AbortSignal): AsyncIterable<StoredRecord> {
    return super.follow(stream, Math.max(fromSequence, this.goneThrough + 1), signal);
  }
}

/** Metrics services over one log, one set of counters and one archive, with a writer of records. The clock starts at 2026 (UTC). */
export class Bench {
  readonly clock = new FakeClock();
  readonly logs = new MemoryLogStorage(size);
  readonly storage = new MemoryCountersStorage();
  readonly archive = new MemoryArchive();
  /** For services that start from now on: records of each stream up to here have aged out. */
  goneThrough = 0;
  readonly #bus = new MemoryBus();
  readonly #services: Metrics[] = [];
  readonly #last = new Map<number, number>();

  async service(id: string, over: { readonly timeZone?: string; readonly retentionDays?: number } = {}): Promise<Metrics> {
    const parts = {
      log: new AgedLog(this.logs, this.goneThrough),
      counters: new MemoryCounters(this.storage),
      archive: this.archive,
      peers: new MemoryPeers(this.#bus),
      clock: this.clock,
      logger: quietLogger(),
      registry: new Registry(),
    };
    const service = createMetrics({ id, retentionDays: 30, timeZone: 'UTC', grpcAddress: undefined, ...over }, parts);
    this.#services.push(service);
    await service.start();
    return service;
  }

  record(room: string, happens: Happens, atMs = this.clock.now()): void {
    const shard = shardOf(parseRoomId(room)!, size.shards);
    const answer = this.logs.append(shard, this.#last.get(shard) ?? 0, recordOf(room, happens, atMs));
    if (answer.kind !== 'stored') throw new Error(answer.kind);
    this.#last.set(shard, answer.sequence);
  }

  /** `room messages entries active`. */
  async top(service: Metrics, over: { metric?: string; period?: string; atMs?: number; limit?: number } = {}): Promise<string[]> {
    const { rooms } = await service.reader.topRooms({ metric: 'messages', period: 'hour', atMs: 0, limit: 0, ...over });
    return rooms.map(({ room, messages, entries, active }) => `${room} ${messages} ${entries} ${active}`);
  }

  /** `start messages entries active`, the start in hours from now. */
  async series(service: Metrics, room: string, period: string, fromMs: number, toMs: number): Promise<string[]> {
    const { points } = await service.reader.readFigures({ room, period, fromMs, toMs });
    const nowMs = Math.floor(this.clock.now() / hourMs) * hourMs;
    return points.map(({ startMs, messages, entries, active }) => `${(startMs - nowMs) / hourMs} ${messages} ${entries} ${active}`);
  }

  async comesTo(service: Metrics, expected: string[], over: Parameters<Bench['top']>[1] = {}): Promise<void> {
    await eventually(async () => {
      await this.clock.pass(500);
      const top = await this.top(service, over);
      if (top.join() !== expected.join()) throw new Error(`${top.join(', ')} instead of ${expected.join(', ')}`);
    });
  }

  async stop(): Promise<void> {
    for (const service of this.#services) await service.stop();
  }
}
