import { MemoryBus, MemoryLive, MemoryPeers } from '@plaza/bus/memory';
import { Registry, type Clock, type Timer } from '@plaza/kit';
import { MemoryKeeping, MemoryLog, MemoryLogStorage } from '@plaza/log/memory';
import { FakeClock, quietLogger } from '@plaza/testkit';
import { createRoomState, type RoomState } from '../compose.js';
import { MemoryProjection, MemoryProjectionStorage } from '../projection.memory.js';
import type { Settings } from '../settings.js';
import { MemorySnapshotStorage, MemorySnapshotStore } from '../snapshot-store.memory.js';
import { TestAsker } from './test-asker.js';

export const testSettings: Settings = {
  noticesUpTo: 100,
  permanentMembers: 1000,
  bucketRows: 10_000,
  bucketMs: 86_400_000,
  hotIntervalMs: 40,
  pulseMs: 0,
  inputMs: 15_000,
  inputBytes: 8_388_608,
  graceMs: 15_000,
  absenceMs: 15_000,
  settlingMs: 20_000,
  repeatMs: 60_000,
  tallyMs: 10_000,
  snapshotMs: 600_000,
  idleRoomMs: 600_000,
  settleMs: 0,
  silentMs: 5000,
  claimRepeatMs: 14_400_000,
  drainMs: 10_000,
  logKeepHours: 24,
  logReaders: [],
};

/** One room-state process that a test plays, and the plugs that it can pull. */
export interface Node {
  readonly service: RoomState;
  readonly log: MemoryLog;
  readonly live: MemoryLive;
  readonly peers: MemoryPeers;
  /** A figure that it exposes. */
  gauge(name: string): Promise<number>;
  /** As SIGKILL would: nothing is said any more, to nobody. */
  kill(): Promise<void>;
}

/** The clock of one process of a world: set forward or back, it shows another time, while time goes by as everywhere. */
export class JumpingClock implements Clock {
  #aheadMs = 0;

  constructor(private readonly clock: Clock) {}

  jump(ms: number): void {
    this.#aheadMs += ms;
  }

  now(): number {
    return this.clock.now() + this.#aheadMs;
  }

  after(ms: number, task: () => void): Timer {
    return this.clock.after(ms, task);
  }

  every(ms: number, task: () => void): Timer {
    return this.clock.every(ms, task);
  }
}

interface Isolation {
  readonly clock?: Clock;
  readonly deaf?: boolean;
}

/** A cluster's engines in memory, shared by the processes that a test starts. */
export class World {
  readonly clock = new FakeClock();
  readonly bus = new MemoryBus();
  readonly logs: MemoryLogStorage;
  readonly projections = new MemoryProjectionStorage();
  readonly snapshots = new MemorySnapshotStorage();
  readonly live = new MemoryLive(this.bus);
  readonly peers = new MemoryPeers(this.bus);
  readonly #nodes: Node[] = [];

  constructor(readonly shards = 4) {
    this.logs = new MemoryLogStorage({ shards, streams: 2, clock: this.clock });
  }

  /** Starts a process; its clock has to be moved for what it waits for. `deaf`: it hears no beat, its own neither, and nobody hears of it. */
  async node(id: string, settings: Partial<Settings> = {}, { clock = this.clock, deaf = false }: Isolation = {}): Promise<Node> {
    const log = new MemoryLog(this.logs);
    const live = new MemoryLive(this.bus);
    const peers = new MemoryPeers(this.bus);
    const projection = new MemoryProjection(this.projections);
    const snapshots = new MemorySnapshotStore(this.snapshots);
    if (deaf) peers.setConnected(false);
    const registry = new Registry();
    const keeping = new MemoryKeeping(this.logs);
    const parts = { log, keeping, live, peers, projection, snapshots, clock, logger: quietLogger(), registry, address: `local:${id}` };
    const service = createRoomState({ ...testSettings, ...settings, id }, parts);
    const kill = async (): Promise<void> => {
      log.setConnected(false);
      live.setConnected(false);
      peers.setConnected(false);
      await service.stop();
    };
    const gauge = async (name: string): Promise<number> => (await registry.getSingleMetric(name)!.get()).values[0]!.value;
    const node = { service, log, live, peers, gauge, kill };
    this.#nodes.push(node);
    let started = false;
    const start = service.start().then(() => (started = true));
    while (!started) await this.clock.pass(20);
    await start;
    return node;
  }

  asker(node: Node, name = 'edge-1'): TestAsker {
    return new TestAsker(this.clock, node.service.door, name);
  }

  async stop(): Promise<void> {
    for (const { service } of this.#nodes) await service.stop();
  }
}
