import type { Peers } from '@plaza/bus';
import type { Shard } from '@plaza/domain';
import { causeOf, type Clock, type Logger, type Timer } from '@plaza/kit';
import { decideAge, type LogKeeping, type Need } from '@plaza/log';
import type { RoomStateMetrics } from './metrics.js';
import { ReaderPlaces } from './reader-places.js';
import type { SnapshotStore } from './snapshot-store.js';

const usualLookMs = 30_000;
/** How the shards' snapshots are called among those who need records. */
export const snapshotsNeed = 'snapshots';

interface Parts {
  readonly keeping: LogKeeping;
  readonly snapshots: SnapshotStore;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<RoomStateMetrics, 'logStream'>;
  /** Whether this process is the one that keeps a stream now. Two may think so for a while: each says what it knows, and either is safe. */
  readonly owns: (stream: number) => boolean;
  /** How long records are kept when nobody lags, ms. */
  readonly keepMs: number;
  /** Readers without whose word nothing is dropped. */
  readonly readers: readonly string[];
  readonly lookMs?: number;
}

/**
 * Lengthens the age of the log's streams while a reader, or a shard's newest snapshot, still needs what would be dropped, and says when half of what a stream may hold is
 * full. Where something cannot be asked the ages stay as they are until the next look.
 */
export class LogKeeper {
  readonly #places: ReaderPlaces;
  readonly #snapshotAt = new Map<Shard, number>();
  /** For whom each stream is held, and whether it is half full: what was said of it last. */
  readonly #said = new Map<number, { readonly heldFor: string; readonly halfFull: boolean }>();
  readonly #off: () => void;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #ended = false;

  constructor(private readonly parts: Parts) {
    this.#places = new ReaderPlaces(parts.readers);
    this.#off = parts.peers.onBeat((beat) => this.#places.heard(beat));
  }

  /** The first look comes after a while: readers have beaten by then. */
  start(): void {
    this.#timer = this.parts.clock.every(this.parts.lookMs ?? usualLookMs, () => void this.look());
  }

  /** Resolves when nothing is asked of the log any more. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#timer?.cancel();
    this.#off();
    await this.#looking;
  }

  /** One look at every stream that is this process's; joins one that is under way. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    for (let stream = 0; stream < this.parts.keeping.streams && !this.#ended; stream++) {
      if (!this.parts.owns(stream)) {
        this.#said.delete(stream);
        this.parts.metrics.logStream(stream, undefined);
        continue;
      }
      await this.#keep(stream).catch((error: unknown) =>
        this.parts.logger.warn({ event: 'log-age-not-looked-at', stream, cause: causeOf(error) }),
      );
    }
  }

  async #keep(stream: number): Promise<void> {
    const { keeping, keepMs, metrics } = this.parts;
    const { nowMs, bytes, maxBytes } = await keeping.moment(stream);
    const needs = await this.#needs(stream, nowMs);
    if (this.#ended) return;
    const decision = decideAge({ keepMs, needs, bytes, maxBytes });
    await keeping.keepFor(stream, decision.ageMs);
    metrics.logStream(stream, { bytes, needs, ...decision });
    this.#say(stream, { ...decision, bytes, maxBytes });
  }

  async #needs(stream: number, nowMs: number): Promise<Need[]> {
    const { keeping } = this.parts;
    const needs: Need[] = [];
    for (const [by, through] of this.#places.of(stream)) {
      const writtenMs = await keeping.writtenAfter(stream, through);
      needs.push({ by, ageMs: writtenMs === undefined ? 0 : nowMs - writtenMs });
    }
    return [...needs, { by: snapshotsNeed, ageMs: await this.#snapshotsAge(stream, nowMs) }];
  }

  /** Of the oldest record that is in no snapshot: with the newest snapshot of its shard it is what a rebuild starts from. */
  async #snapshotsAge(stream: number, nowMs: number): Promise<number> {
    const { keeping } = this.parts;
    let oldestMs = nowMs;
    for (let shard = stream; shard < keeping.shards && !this.#ended; shard += keeping.streams) {
      const writtenMs = await keeping.writtenAfter(stream, await this.#snapshotOf(shard), shard);
      oldestMs = Math.min(oldestMs, writtenMs ?? nowMs);
    }
    return nowMs - oldestMs;
  }

  /** Where the store cannot be asked: as it was known, or nothing is in a snapshot. */
  async #snapshotOf(shard: Shard): Promise<number> {
    const known = this.#snapshotAt.get(shard) ?? 0;
    const sequence = await this.parts.snapshots.newest(shard).then(
      (manifest) => manifest?.sequence ?? 0,
      () => known,
    );
    this.#snapshotAt.set(shard, sequence);
    return sequence;
  }

  #say(
    stream: number,
    now: { heldFor: readonly string[]; halfFull: boolean; ageMs: number; bytes: number; maxBytes: number | undefined },
  ): void {
    const { logger } = this.parts;
    const { ageMs, bytes, maxBytes, halfFull } = now;
    const before = this.#said.get(stream) ?? { heldFor: '', halfFull: false };
    const heldFor = now.heldFor.join();
    if (heldFor !== before.heldFor) logger.warn({ event: heldFor === '' ? 'log-age-usual' : 'log-age-lengthened', stream, heldFor, ageMs });
    if (halfFull && !before.halfFull) logger.error({ event: 'log-half-full', stream, bytes, maxBytes, heldFor });
    if (!halfFull && before.halfFull) logger.info({ event: 'log-half-full-over', stream, bytes, maxBytes });
    this.#said.set(stream, { heldFor, halfFull });
  }
}
