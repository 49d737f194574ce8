import type { Prng } from '../swarm/prng.js';
import type { Scene } from './scene.js';

/** Something that breaks a cluster; an entry of the table in `table.ts`. */
export interface Fault {
  readonly name: string;
  readonly does: string;
  readonly heals: string;
  /** The pause that DESIGN section 5 allows, ms; undefined: it names none. */
  readonly targetMs?: number;
  /** How long it lasts, ms, from-to; [0, 0]: it is over when it has been done. */
  readonly lastsMs: readonly [number, number];
  /** Has to be made ready before the cluster starts. */
  readonly needs?: 'small-disks' | 'previous-build';
  /** Does it, and answers what was hit and how to heal it. Everything by chance comes from the dice. */
  begin(scene: Scene, dice: Prng): Promise<Begun>;
}

export interface Begun {
  readonly hit: string;
  heal(): Promise<unknown>;
}
