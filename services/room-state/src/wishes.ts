import type { Peers } from '@plaza/bus';
import type { Shard } from '@plaza/domain';
import type { Beat } from '@plaza/proto/room';

type Asked = ReadonlyMap<Shard, number>;

/**
 * Shards that processes were asked to take, by an operator: the newest ask counts, as long as its process lives and takes shards. Like who lives, a hint that
 * beats carry: a plan that does not know it yet moves nothing that another one holds.
 */
export class Wishes {
  readonly #mine = new Map<Shard, number>();
  readonly #others = new Map<string, Asked>();
  readonly #off: () => void;

  constructor(
    private readonly me: string,
    peers: Pick<Peers, 'onBeat'>,
    private readonly changed: () => void,
  ) {
    this.#off = peers.onBeat((beat) => this.#heard(beat));
  }

  /** This process is to have the shard, from now on and whatever was asked before. */
  ask(shard: Shard, nowMs: number): void {
    const before = Array.from(this.#others.values(), (asked) => asked.get(shard) ?? 0);
    this.#mine.set(shard, Math.max(nowMs, ...before.map((atMs) => atMs + 1)));
    this.changed();
  }

  /** Who of these was asked last to take the shard. */
  wisherOf(shard: Shard, among: readonly string[]): string | undefined {
    let last: { readonly id: string; readonly atMs: number } | undefined;
    for (const id of among) {
      const atMs = (id === this.me ? this.#mine : this.#others.get(id))?.get(shard);
      if (atMs !== undefined && (last === undefined || atMs > last.atMs)) last = { id, atMs };
    }
    return last?.id;
  }

  /** For the beat of this process. */
  get mine(): NonNullable<Beat['wishes']> | undefined {
    return this.#mine.size === 0 ? undefined : { shards: Array.from(this.#mine, ([shard, askedMs]) => ({ shard, askedMs })) };
  }

  close(): void {
    this.#off();
  }

  #heard({ kind, id, wishes }: Beat): void {
    if (kind !== 'room-state' || id === this.me) return;
    const asked = new Map((wishes?.shards ?? []).map(({ shard, askedMs }) => [shard, askedMs]));
    const before = this.#others.get(id);
    if (asked.size === 0) this.#others.delete(id);
    else this.#others.set(id, asked);
    for (const [shard, atMs] of asked) if (atMs > (this.#mine.get(shard) ?? Infinity)) this.#mine.delete(shard);
    if (!sameAsks(before ?? new Map<Shard, number>(), asked)) this.changed();
  }
}

const sameAsks = (a: Asked, b: Asked): boolean => a.size === b.size && [...a].every(([shard, atMs]) => b.get(shard) === atMs);
