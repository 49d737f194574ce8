import { lagTold, type LagTold } from '../swarm/report.js';
import type { Outcome } from './compared.js';

/** How a process ended that was asked to. */
export interface Ended {
  readonly id: string;
  readonly tookMs: number;
  /** The grace period was over. */
  readonly killed: boolean;
  /** Of an edge. */
  readonly drain?: Drained | undefined;
}

/** What an edge says of its drain. */
export interface Drained {
  readonly tookMs: number;
  /** Sockets that were still there at its end. */
  readonly left: number;
}

/** What is noted while something is done to the cluster. */
export class Notes {
  readonly ended: Ended[] = [];
  readonly outcomes: Record<Outcome, number> = { accepted: 0, unknown: 0, refused: 0 };
  /** Of each accepted message, over all its attempts. */
  readonly sendMs: number[] = [];
  readonly lagMs: number[] = [];
  readonly pausesMs: number[] = [];
  readonly triesAtMs: number[] = [];
  dropped = 0;
  cut = 0;
  stallMs = 0;
  cpu = { ours: 0, others: 0 };
  /** Undefined until it is over. */
  seconds: number | undefined;
  /** Whether all sockets were open again at its end. */
  allBack = false;

  constructor(readonly what: string) {}
}

export interface ActResult {
  readonly what: string;
  readonly seconds: number;
  readonly ended: readonly Ended[];
  readonly accepted: number;
  readonly unknown: number;
  readonly refused: number;
  /** From the first attempt of an accepted message to its answer. */
  readonly sendMs: LagTold;
  /** Of each message, to the last watched socket. */
  readonly lagMs: LagTold;
  /** Sockets that lost their edge; of those that `cut`, it ended without a word. */
  readonly dropped: number;
  readonly cut: number;
  readonly allBack: boolean;
  /** From a socket's end until it is in its room again. */
  readonly pauseMs: LagTold;
  /** Tries to come back in the fullest second. */
  readonly mostTriesASecond: number;
  /** The longest time that the swarm did not come to its sockets: what they did then, they do together. */
  readonly stallMs: number;
  /** Shares of the machine. */
  readonly cpu: { readonly ours: number; readonly others: number };
}

/** The most moments that lie within one second, wherever it begins. */
export function mostASecond(momentsMs: readonly number[]): number {
  const sorted = [...momentsMs].sort((a, b) => a - b);
  let [from, most] = [0, 0];
  for (const [index, atMs] of sorted.entries()) {
    while (atMs - (sorted[from] as number) >= 1000) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

export const actResult = (notes: Notes): ActResult => ({
  what: notes.what,
  seconds: Math.round(notes.seconds ?? 0),
  ended: notes.ended,
  ...notes.outcomes,
  sendMs: lagTold(notes.sendMs),
  lagMs: lagTold(notes.lagMs),
  dropped: notes.dropped,
  cut: notes.cut,
  allBack: notes.allBack,
  pauseMs: lagTold(notes.pausesMs),
  mostTriesASecond: mostASecond(notes.triesAtMs),
  stallMs: notes.stallMs,
  cpu: notes.cpu,
});
