import type { Beat } from '@plaza/proto/room';

export interface Holder {
  readonly id: string;
  /** host:port of its gRPC server. */
  readonly address: string;
  readonly epoch: number;
}

export interface LivePeer {
  readonly kind: string;
  readonly id: string;
  readonly address: string;
  readonly draining: boolean;
  /** It takes no shards yet. */
  readonly starting: boolean;
  /** Of its newest beat, by the clock of whoever fed the table. */
  readonly seenMs: number;
}

interface KnownPeer extends LivePeer {
  readonly atMs: number;
}

/** A beat that is older than the newest by less than this came late; by more: the sender's clock was set back. */
const lateBeatMs = 5000;

/**
 * Who holds which shard, and who lives, as far as beats tell: pure state, fed by `Peers.onBeat`. The highest epoch wins; a holder that no
 * longer names a shard has released it. Silence alone takes nothing away: only a newer claim does.
 */
export class ShardTable {
  readonly #holders = new Map<number, Holder>();
  /** The highest epoch ever named: after a release, an older holder's late beat does not count. */
  readonly #epochs = new Map<number, number>();
  readonly #heldBy = new Map<string, Set<number>>();
  /** By kind and id: an api process beats also for what it reads of the log. */
  readonly #peers = new Map<string, KnownPeer>();
  readonly #listeners = new Set<(shard: number) => void>();

  apply(beat: Beat, nowMs: number): void {
    const name = `${beat.kind} ${beat.id}`;
    const known = this.#peers.get(name);
    if (known !== undefined && beat.atMs < known.atMs && known.atMs - beat.atMs < lateBeatMs) return;
    const { kind, id, address, draining, starting = false, atMs } = beat;
    this.#peers.set(name, { kind, id, address, draining, starting, atMs, seenMs: nowMs });
    if (kind !== 'room-state') return;
    const changed = [...this.#released(beat), ...this.#taken(beat)];
    for (const shard of changed) for (const listener of this.#listeners) listener(shard);
  }

  holderOf(shard: number): Holder | undefined {
    return this.#holders.get(shard);
  }

  /** The shards that this process holds. */
  shardsOf(id: string): readonly number[] {
    return [...(this.#heldBy.get(id) ?? [])];
  }

  /** Called after the table has changed, once for each shard whose holder, address or epoch did. Returns the way to stop it. */
  onChange(listener: (shard: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Processes of a kind that beat within the last `withinMs`, by id. */
  peersOf(kind: string, nowMs: number, withinMs: number): LivePeer[] {
    const live = [...this.#peers.values()].filter((peer) => peer.kind === kind && nowMs - peer.seenMs <= withinMs);
    return live.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #released(beat: Beat): number[] {
    const held = this.#heldBy.get(beat.id);
    if (held === undefined) return [];
    const named = new Set(beat.shards.map(({ shard }) => shard));
    const released = [...held].filter((shard) => !named.has(shard));
    for (const shard of released) {
      held.delete(shard);
      this.#holders.delete(shard);
    }
    return released;
  }

  #taken(beat: Beat): number[] {
    return beat.shards.filter(({ shard, epoch }) => this.#take(beat, shard, epoch)).map(({ shard }) => shard);
  }

  #take({ id, address }: Beat, shard: number, epoch: number): boolean {
    if (epoch < (this.#epochs.get(shard) ?? 0)) return false;
    const before = this.#holders.get(shard);
    if (before !== undefined && before.epoch === epoch && (before.id !== id || before.address === address)) return false;
    if (before !== undefined) this.#heldBy.get(before.id)?.delete(shard);
    this.#epochs.set(shard, epoch);
    this.#holders.set(shard, { id, address, epoch });
    this.#shardsHeldBy(id).add(shard);
    return true;
  }

  #shardsHeldBy(id: string): Set<number> {
    const held = this.#heldBy.get(id) ?? new Set();
    this.#heldBy.set(id, held);
    return held;
  }
}
