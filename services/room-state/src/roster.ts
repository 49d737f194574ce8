import { ShardTable, type Peers } from '@plaza/bus';
import type { Clock } from '@plaza/kit';
import type { Shard } from '@plaza/domain';
import type { Beat } from '@plaza/proto/room';

/** Two beats of its own that a process did not hear. */
const deafMs = 2500;

interface Parts {
  readonly me: string;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly silentMs: number;
  /** Asks an address whether it refuses connections. */
  readonly isRefused: (address: string) => Promise<boolean>;
  /** Something changed that a plan would look at. */
  readonly changed: () => void;
}

/** Who lives among the room-state processes, and what they say they hold. A hint: only the log decides. */
export class Roster {
  readonly #table = new ShardTable();
  /** The last word about each shard, also of a holder that died or released it. */
  readonly #said = new Map<Shard, { readonly epoch: number; readonly events: number }>();
  /** Processes whose address refused, with the time of their newest beat then: a later beat proves them alive. */
  readonly #refused = new Map<string, number>();
  readonly #asking = new Set<string>();
  /** What each process said last of its plans. */
  readonly #told = new Map<string, { readonly draining: boolean; readonly prepared: ReadonlySet<Shard> }>();
  readonly #off: (() => void)[];
  readonly #sinceMs: number;

  constructor(private readonly parts: Parts) {
    const { peers, clock, changed } = parts;
    this.#sinceMs = clock.now();
    this.#off = [
      peers.onBeat((beat) => this.#heard(beat)),
      peers.onSuspect((id) => void this.#ask(id)),
      this.#table.onChange(() => changed()),
    ];
  }

  holderOf(shard: Shard): string | undefined {
    return this.#table.holderOf(shard)?.id;
  }

  /** Events in a shard of late, as its last known holder said. */
  eventsOf(shard: Shard): number {
    return this.#said.get(shard)?.events ?? 0;
  }

  /** Another that lives is ready to take it. */
  isPrepared(shard: Shard): boolean {
    return this.alive().some(({ id }) => this.#told.get(id)?.prepared.has(shard));
  }

  /** The others that were heard lately. */
  alive(): { readonly id: string; readonly draining: boolean; readonly starting: boolean }[] {
    const { clock, silentMs, me } = this.parts;
    return this.#table
      .peersOf('room-state', clock.now(), silentMs)
      .filter(({ id, seenMs }) => id !== me && (this.#refused.get(id) ?? -1) < seenMs);
  }

  /** Whether this process hears its own beats: one that does not hears nobody's, and knows nothing of the others. */
  get hears(): boolean {
    const { clock, me } = this.parts;
    const nowMs = clock.now();
    return nowMs - this.#sinceMs <= deafMs || this.#table.peersOf('room-state', nowMs, deafMs).some(({ id }) => id === me);
  }

  close(): void {
    for (const off of this.#off) off();
  }

  /** What a change of hands asks for is known before the change is told. */
  #heard(beat: Beat): void {
    for (const { shard, epoch, recentEvents: events = 0 } of beat.shards)
      if (epoch >= (this.#said.get(shard)?.epoch ?? 0)) this.#said.set(shard, { epoch, events });
    this.#table.apply(beat, this.parts.clock.now());
    const { id, draining } = beat;
    const before = this.#told.get(id);
    const prepared = new Set(beat.prepared?.shards);
    this.#told.set(id, { draining, prepared });
    if (before?.draining !== draining || [...prepared].some((shard) => !before.prepared.has(shard))) this.parts.changed();
  }

  async #ask(id: string): Promise<void> {
    const { clock, silentMs, isRefused, changed, me } = this.parts;
    const peer = this.#table.peersOf('room-state', clock.now(), silentMs).find((one) => one.id === id);
    if (peer === undefined || id === me || this.#asking.has(id)) return;
    this.#asking.add(id);
    try {
      if (await isRefused(peer.address)) {
        this.#refused.set(id, peer.seenMs);
        changed();
      }
    } finally {
      this.#asking.delete(id);
    }
  }
}
