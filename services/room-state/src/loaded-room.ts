import { nextDueMs, Recent, slotsOf, type Limits, type Position, type RoomId, type RoomState, type SlotChange } from '@plaza/domain';
import type { MessageClass } from '@plaza/proto/client';
import type { Tally } from '@plaza/proto/log';
import type { QueuedCommand } from './outbox-queue.js';
import { ReactionCounts } from './reactions.js';
import { Ring } from './ring.js';

/** What of a room is in the log for sure. */
export interface Accepted {
  readonly last: Position;
  readonly lastSequence: number;
  readonly bucket: Position;
  readonly bucketCount: number;
}

/**
 * A room in the memory of its holder. `state` runs ahead of the log by what is queued: only decisions look at it. Whatever leaves this process
 * (heads, frames, the projection) follows `accepted`.
 */
export class LoadedRoom {
  readonly state: RoomState;
  readonly ring = new Ring();
  readonly recent = new Recent(() => this.state.settings.recallSeconds * 1000);
  readonly reactions = new ReactionCounts();
  /** Messages that were dropped on purpose since the last batch. */
  readonly skipped = new Map<MessageClass, number>();
  accepted: Accepted;
  /** Decided, applied, not yet in a record. */
  readonly queue: QueuedCommand[] = [];
  tally: Tally | undefined;
  /** In the record that is on its way to the log. */
  inFlight: QueuedCommand[] = [];
  /** When it next wants to be woken, Unix ms; 0: never. */
  dueMs: number;
  /** When its last batch went into the log; before the first one here, when it was loaded. */
  lastBatchMs: number;
  lastBatchEvents = 0;
  usedMs: number;
  /** Head signals sent since the last batch. */
  headSignals = 0;

  constructor(
    state: RoomState,
    nowMs: number,
    private readonly limits: Limits,
  ) {
    this.state = state;
    this.accepted = acceptedOf(state);
    this.dueMs = nextDueMs(state, nowMs, limits);
    this.usedMs = nowMs;
    this.lastBatchMs = nowMs;
  }

  get id(): RoomId {
    return this.state.id;
  }

  /** Something of it is not in the log yet. */
  get pending(): boolean {
    return this.queue.length > 0 || this.inFlight.length > 0;
  }

  /** The slots that an event touched, as they are right behind it. The head follows the record, so it is not among them. */
  capture(touched: readonly string[], nowMs: number): SlotChange[] {
    const names = touched.filter((name) => name !== 'head');
    if (names.length === 0) return [];
    this.dueMs = nextDueMs(this.state, nowMs, this.limits);
    return slotsOf(this.state, names);
  }

  /** Nothing is due now that could be done: when to look again. */
  lookLater(nowMs: number, leastMs: number): void {
    const nextMs = nextDueMs(this.state, nowMs, this.limits);
    this.dueMs = nextMs === 0 ? 0 : Math.max(nextMs, nowMs + leastMs);
  }
}

export const acceptedOf = ({ last, lastSequence, bucket, bucketCount }: RoomState): Accepted => ({
  last,
  lastSequence,
  bucket,
  bucketCount,
});
