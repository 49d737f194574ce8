import type { BatchFrame } from '../../src/k6/chain.ts';
import type { EventFrame } from '../../src/k6/silence.ts';

export interface Batch extends BatchFrame {
  readonly events?: readonly EventFrame[];
}

export interface Refused {
  readonly code: string;
  readonly why?: string;
  readonly retryAfterMs?: number;
}

/** One of its results is there. */
export interface Reply {
  readonly id?: number;
  readonly head?: string;
  readonly joined?: { readonly complete?: boolean; readonly completeFrom?: string };
  readonly accepted?: { readonly position: string };
  readonly refused?: Refused;
  readonly unavailable?: { readonly retryAfterMs?: number };
  readonly roomInfo?: object;
}

/** A ServerFrame of plaza.v1.json (docs/protocol.md), as far as a load script reads it. */
export interface ServerFrame {
  readonly batches?: readonly Batch[];
  readonly reply?: Reply;
  readonly incomplete?: { readonly until?: string };
  readonly removed?: { readonly code: string };
  readonly goAway?: { readonly code: number; readonly reason?: string; readonly retryAfterMs?: number };
}
