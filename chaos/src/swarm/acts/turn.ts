import type { Ask } from '../../records.js';
import type { Prng } from '../prng.js';
import type { Sight } from '../sight.js';

/** What an act is chosen from. */
export interface Turn {
  readonly room: string;
  readonly account: string;
  readonly prng: Prng;
  readonly sight: Sight;
  /** Everybody who is ever in the room. */
  readonly accounts: readonly string[];
  /** Counts the acts of this client, for texts that differ. */
  readonly count: number;
}

/** Undefined: there is nothing to do this to. */
export type Act = (turn: Turn) => Ask | undefined;

export type Choice = readonly [weight: number, act: Act];
