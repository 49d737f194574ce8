import { toldOrAborted } from '@plaza/kit';
import type { Endpoint } from './endpoint.js';
import { wantsKind, wantsRoom } from './endpoint.js';
import { newFeed, type FeedState } from './deliveries.js';
import { Lane } from './lane.js';
import type { RecordEvents } from './room-events.js';

export interface FeedBounds {
  /** Events, and bytes of them, in memory. */
  readonly events: number;
  readonly bytes: number;
  /** Rooms whose deliveries wait in the log. */
  readonly waiting: number;
}

export const feedBounds: FeedBounds = { events: 500, bytes: 512 * 1024, waiting: 1000 };

/**
 * One endpoint in one stream: what was taken from the log and is not delivered yet, by room. What is beyond its bounds is not taken: it stays in
 * the log, and `accepted` says from where. Pure state.
 */
export class Feed {
  readonly lanes = new Map<string, Lane>();
  /** Every record up to this sequence was taken. */
  accepted: number;
  #state: FeedState;
  #events = 0;
  #bytes = 0;
  readonly #roomWanted = new Set<() => void>();
  /** Of the newest record that was taken. */
  #takenMs = 0;

  constructor(
    readonly stream: number,
    kept: FeedState,
    private readonly shardOf: (room: string) => number,
    private readonly bounds: FeedBounds = feedBounds,
  ) {
    this.#state = kept;
    this.accepted = kept.through;
    for (const lane of kept.lanes) this.lanes.set(lane.room, Lane.restored(lane, shardOf(lane.room), this.#held));
  }

  static fresh(stream: number, through: number, sinceMs: number, shardOf: (room: string) => number): Feed {
    return new Feed(stream, newFeed(through, sinceMs), shardOf);
  }

  get hasRoom(): boolean {
    const { events, bytes, waiting } = this.bounds;
    return this.#events < events && this.#bytes < bytes && (this.lanes.size < waiting || this.#waiting() < waiting);
  }

  /** Resolves when there is room again, or the signal aborts. */
  async untilRoom(signal: AbortSignal): Promise<void> {
    while (!this.hasRoom && !signal.aborted) {
      await toldOrAborted(signal, (told) => {
        this.#roomWanted.add(told);
        return () => this.#roomWanted.delete(told);
      });
    }
  }

  /** Takes a record, which has to be the next one; the lanes to which it brought something. */
  take(record: RecordEvents, endpoint: Pick<Endpoint, 'kinds' | 'rooms' | 'roomPrefix'>): Set<Lane> {
    const touched = new Set<Lane>();
    for (const event of record.events) {
      if (!wantsKind(endpoint, event.kind) || !wantsRoom(endpoint, event.room)) continue;
      const lane = this.lane(event.room);
      lane.take(event);
      touched.add(lane);
    }
    this.accepted = record.sequence;
    this.#takenMs = record.timeMs;
    return touched;
  }

  lane(room: string): Lane {
    const known = this.lanes.get(room);
    if (known !== undefined) return known;
    const lane = new Lane(room, this.shardOf(room), this.#held);
    this.lanes.set(room, lane);
    return lane;
  }

  /** Forgets the lane when nothing is left of it. */
  settle(lane: Lane): void {
    if (lane.isEmpty && this.lanes.get(lane.room) === lane) this.lanes.delete(lane.room);
    this.#tellRoom();
  }

  /** Everything from a record on again: what began before it stays, the rest is taken again. A delivery under way ends first. */
  restart(sequence: number, askedMs: number): void {
    for (const lane of [...this.lanes.values()]) {
      if (lane.sequence < sequence) continue;
      if (lane.state === 'busy') {
        lane.again = { sequence, after: 0, upTo: Math.max(sequence, lane.log?.upTo ?? lane.queue.at(-1)?.sequence ?? 0), askedMs };
      } else {
        lane.drop();
        this.lanes.delete(lane.room);
      }
    }
    this.accepted = sequence - 1;
    this.#state = { ...this.#state, askedMs };
    this.#tellRoom();
  }

  delivered(nowMs: number): void {
    this.#state = { ...this.#state, deliveredMs: nowMs };
  }

  failed(nowMs: number, lastError: string): void {
    this.#state = { ...this.#state, failedMs: nowMs, lastError };
  }

  hole(): void {
    this.#state = { ...this.#state, holes: this.#state.holes + 1 };
  }

  /** When the replay was asked for that it is in; 0: none. Events of it are not given up before a day after that. */
  get askedMs(): number {
    return this.#state.askedMs;
  }

  /** As it is to be kept: true by itself, whenever it was read. `behind`: there are records that were not taken yet. */
  state(behind: boolean): FeedState {
    const lanes = [...this.lanes.values()];
    const kept = lanes.flatMap((lane) => lane.kept ?? []);
    const inMemory = lanes.filter((lane) => lane.kept === undefined && !lane.isEmpty);
    const through = inMemory.reduce((least, lane) => Math.min(least, lane.sequence - 1), this.accepted);
    const dues = lanes.filter((lane) => !lane.isEmpty).map((lane) => lane.dueMs);
    const oldestMs = Math.min(...dues, behind && this.#takenMs > 0 ? this.#takenMs : Number.POSITIVE_INFINITY);
    return { ...this.#state, through, lanes: kept, oldestMs: Number.isFinite(oldestMs) ? oldestMs : 0 };
  }

  /** Up to here the log is not needed any more. */
  static needed({ through, lanes }: FeedState): number {
    return lanes.reduce((least, { sequence }) => Math.min(least, sequence - 1), through);
  }

  readonly #held = (events: number, bytes: number): void => {
    this.#events += events;
    this.#bytes += bytes;
    if (events < 0) this.#tellRoom();
  };

  #waiting(): number {
    let waiting = 0;
    for (const lane of this.lanes.values()) if (lane.log !== undefined) waiting++;
    return waiting;
  }

  #tellRoom(): void {
    if (this.#roomWanted.size === 0 || !this.hasRoom) return;
    for (const tell of [...this.#roomWanted]) tell();
  }
}
