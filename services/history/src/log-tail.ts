import { shardOf, type RoomId } from '@plaza/domain';
import type { Clock } from '@plaza/kit';
import type { Log } from '@plaza/log';
import { Record, type RoomBatch } from '@plaza/proto/log';
import type { MessageRow } from './message-store.js';
import { rowsOfBatch, type Recall } from './rows.js';

/** What one walk reads at most, as a gap's filling does (DESIGN section 3). A batch without events counts as one. */
export const tailLimits = { events: 1000, bytes: 256 * 1024, ms: 1000 } as const;
/** A replica that lags does not have the newest record yet. */
const tries = 3;
const againMs = 50;
/** Walks under way at one time; who comes then is answered from the store alone. */
const mostWalks = 64;

/** The newest part of a room, as the log has it. */
export interface LogTail {
  /** By position. */
  readonly rows: readonly MessageRow[];
  /** What was taken back meanwhile, here and in the store. */
  readonly recalls: readonly Recall[];
  /** Nothing is missing in (from, last]. */
  readonly from: number;
  readonly last: number;
  /** Whatever is up to `from` is in the store, or `from` is the room's beginning. */
  readonly joined: boolean;
}

/** Where a walk ends at the latest: `through` is the log sequence up to which the store has everything. */
interface Walk {
  readonly room: string;
  readonly headSequence: number;
  readonly through: number;
}

/** Walks a room's batches back from the newest one. Who asks the same while a walk is under way gets that one. */
export class LogTails {
  readonly #walking = new Map<string, Promise<LogTail | undefined>>();

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly retentionDays: number,
  ) {}

  /** Undefined: the log does not have the newest batch (any more), or too many walk. Rejects with LogUnavailable. */
  tail(walk: Walk): Promise<LogTail | undefined> {
    const key = `${walk.room}/${walk.headSequence}/${walk.through}`;
    const underWay = this.#walking.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#walking.size >= mostWalks) return Promise.resolve(undefined);
    const walking = this.#walk(walk).finally(() => this.#walking.delete(key));
    this.#walking.set(key, walking);
    return walking;
  }

  async #walk({ room, headSequence, through }: Walk): Promise<LogTail | undefined> {
    const untilMs = this.clock.now() + tailLimits.ms;
    const batches: RoomBatch[] = [];
    let sequence = headSequence;
    for (let [events, bytes] = [0, 0]; sequence > through;) {
      const batch = await this.#batch(room, sequence, batches.length === 0 ? tries : 1);
      if (batch === undefined || batch.last !== (batches.at(-1)?.prev ?? batch.last)) break;
      events += Math.max(1, batch.events.length);
      bytes += batch.events.reduce((sum, { event }) => sum + event.length, 0);
      const tooMuch = events > tailLimits.events || bytes > tailLimits.bytes || this.clock.now() > untilMs;
      if (batches.length > 0 && tooMuch) break;
      batches.push(batch);
      sequence = batch.previousSequence;
    }
    return batches.length === 0 ? undefined : this.#tailOf(batches, sequence <= through);
  }

  /** Of batches, the newest first. */
  #tailOf(batches: readonly RoomBatch[], reached: boolean): LogTail {
    const read = [...batches].reverse().map((batch) => rowsOfBatch(batch, this.retentionDays));
    const nowMs = this.clock.now();
    const from = batches.at(-1)!.prev;
    return {
      rows: read.flatMap(({ rows }) => rows).filter(({ untilMs }) => untilMs > nowMs),
      recalls: read.flatMap(({ recalls }) => recalls),
      from,
      last: batches[0]!.last,
      joined: reached || from === 0,
    };
  }

  async #batch(room: string, sequence: number, attempts: number): Promise<RoomBatch | undefined> {
    const record = await this.log.at(shardOf(room as RoomId, this.log.shards), sequence);
    if (record !== undefined) return Record.decode(record.bytes).batches.find((one) => one.room === room);
    if (attempts <= 1) return undefined;
    await new Promise<void>((resolve) => this.clock.after(againMs, resolve));
    return this.#batch(room, sequence, attempts - 1);
  }
}
