import type { Readers } from '../readings.js';
import type { Evidence } from './evidence.js';
import type { Violation } from './verdict.js';

export type Charge = Omit<Violation, 'rule'>;

export interface Finding {
  /** How many things were looked at. */
  readonly checked: number;
  readonly charges: readonly Charge[];
}

/** One law. Pure: the same evidence gives the same finding. */
export interface Rule {
  readonly name: string;
  /** What has to have been read of the cluster; without it the rule judges nothing. */
  readonly needs: readonly (keyof Readers)[];
  judge(evidence: Evidence): Finding;
}

/** Collects a finding. */
export class Findings implements Finding {
  checked = 0;
  readonly charges: Charge[] = [];

  /** Looks at one thing; `why` says what is wrong with it, undefined: nothing. */
  check(place: Partial<Omit<Charge, 'evidence'>>, why: string | undefined): void {
    this.checked++;
    if (why !== undefined) this.charge(place, why);
  }

  charge({ room = '', account = '', position = 0 }: Partial<Omit<Charge, 'evidence'>>, why: string): void {
    this.charges.push({ room, account, position, evidence: why.slice(0, 300) });
  }
}
