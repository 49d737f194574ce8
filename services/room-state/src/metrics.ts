import type { AgeDecision, Need } from '@plaza/log';
import type { SealedBatch } from './seal.js';

/** What this service counts; no label carries a room, an account or anything that a client chose. */
export interface RoomStateMetrics {
  /** `outcome`: the case of the reply, `refused:<code>`, `not-holder` or `unknown-session`. */
  command(kind: string, outcome: string): void;
  appended(tookMs: number, waitedMs: number, batches: readonly SealedBatch[]): void;
  claimed(outcome: 'claimed' | 'released' | 'lost' | 'failed'): void;
  /** From the decision to claim until the shard serves. */
  tookOver(ms: number): void;
  projection(outcome: 'written' | 'other' | 'unavailable' | 'rebuilt'): void;
  snapshot(outcome: 'taken' | 'failed'): void;
  /** A stream of the log that this process keeps; undefined: it does not keep it now. */
  logStream(stream: number, seen: LogStreamSeen | undefined): void;
}

export interface LogStreamSeen extends AgeDecision {
  readonly bytes: number;
  readonly needs: readonly Need[];
}

/** What is read when somebody looks. */
export interface RoomStateGauges {
  readonly shards: number;
  readonly rooms: number;
  readonly sessions: number;
  /** Since the oldest change that is not in the projection, ms. */
  readonly projectionLagMs: number;
}

export const noMetrics: RoomStateMetrics = {
  command: () => undefined,
  appended: () => undefined,
  claimed: () => undefined,
  tookOver: () => undefined,
  projection: () => undefined,
  snapshot: () => undefined,
  logStream: () => undefined,
};
