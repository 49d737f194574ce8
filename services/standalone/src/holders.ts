import { randomBytes } from 'node:crypto';
import { ShardTable } from '@plaza/bus';
import { MemoryLive, MemoryPeers, type LocalRoomGateway, type MemoryBus } from '@plaza/bus/memory';
import { Registry, type Clock } from '@plaza/kit';
import { createRoomState, type RoomState, type RoomStateParts, type RoomStateSettings } from '@plaza/room-state';

/** What every holder of the process stands on. */
export type HolderGround = Pick<RoomStateParts, 'log' | 'keeping' | 'projection' | 'snapshots' | 'clock' | 'logger' | 'registry'> & {
  readonly bus: MemoryBus;
  readonly gateway: LocalRoomGateway;
};

interface Running {
  readonly room: RoomState;
  readonly address: string;
  /** Shuts the door and leaves the bus: from then on nobody hears of this holder. */
  leave(): Promise<void>;
}

/** The room-state services of one process: one as it is shipped, several where a test wants takeovers. */
export class Holders {
  readonly #table = new ShardTable();
  readonly #running = new Map<string, Running>();
  readonly #peers: MemoryPeers;
  #registryTaken = false;

  constructor(
    private readonly count: number,
    private readonly settings: RoomStateSettings,
    private readonly ground: HolderGround,
  ) {
    this.#peers = new MemoryPeers(ground.bus);
    this.#peers.onBeat((beat) => this.#table.apply(beat, this.#clock.now()));
  }

  get #clock(): Clock {
    return this.ground.clock;
  }

  /** Starts those that do not run. */
  async start(): Promise<void> {
    const missing = Array.from({ length: this.count }, (_, i) => `room-state-${i + 1}`).filter((id) => !this.#running.has(id));
    await Promise.all(missing.map((id) => this.#open(id).room.start()));
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ room }) => room.drain()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.#end(id)));
    await this.#peers.close();
  }

  /** Ends the holder of a shard in the middle of what it does: its links break, nothing is handed over. False: nobody is known to hold it. */
  async cut(shard: number): Promise<boolean> {
    const holder = this.#table.holderOf(shard);
    if (holder === undefined || !this.#running.has(holder.id)) return false;
    await this.#end(holder.id);
    return true;
  }

  /** Of all that run. */
  get rooms(): readonly RoomState[] {
    return [...this.#running.values()].map(({ room }) => room);
  }

  #open(id: string): Running {
    const { bus, gateway, ...ground } = this.ground;
    const [live, peers] = [new MemoryLive(bus), new MemoryPeers(bus)];
    // A door of its own each time, so that links to the one before it are refused.
    const address = `local:${id}-${randomBytes(4).toString('hex')}`;
    const isRefused = (asked: string): Promise<boolean> =>
      Promise.resolve(![...this.#running.values()].some((one) => one.address === asked));
    const room = createRoomState({ ...this.settings, id }, { ...ground, registry: this.#registry(), live, peers, address, isRefused });
    const shut = gateway.serve(address, room.door);
    const leave = async (): Promise<void> => {
      shut();
      await Promise.all([peers.close(), live.close()]);
    };
    const running = { room, address, leave };
    this.#running.set(id, running);
    return running;
  }

  /** A registry takes the figures of one holder: the process's own shows the first, which is the only one outside tests. */
  #registry(): Registry {
    if (this.#registryTaken) return new Registry();
    this.#registryTaken = true;
    return this.ground.registry;
  }

  async #end(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    await running.leave();
    await running.room.stop();
  }
}
