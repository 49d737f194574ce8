import type { Readers } from '../readings.js';
import type { Records } from '../records.js';

export interface Violation {
  readonly rule: string;
  readonly room: string;
  readonly account: string;
  /** 0 where there is none. */
  readonly position: number;
  /** <= 300 characters. */
  readonly evidence: string;
}

export interface RuleCount {
  readonly rule: string;
  /** How many things this rule looked at. 0: it judged nothing, and its silence says nothing. */
  readonly checked: number;
  readonly violations: number;
  /** What it needed and was not given; empty: nothing. */
  readonly missing: string;
}

export interface Verdict {
  /** At most 20 of each rule and room; the counts are whole. */
  readonly violations: readonly Violation[];
  readonly rules: readonly RuleCount[];
  readonly figures: Figures;
}

/** Over a part of a run (`figuresOf`); ms. */
export interface Figures {
  readonly commands: number;
  readonly unavailable: number;
  readonly eventsSeen: number;
  /** From a command's first sending to its answer, repeats and reconnects included. */
  readonly answer: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Each client's longest silence in the hot room, while it was a member of it or wanted to be. */
  readonly pause: { readonly p50: number; readonly max: number };
}

/** `judge`: pure. */
export type Judge = (records: Records, readers: Readers) => Verdict;

/** `figuresOf`: of one part of the run, on the clock of the notes. */
export type FiguresOf = (records: Records, part: { readonly from: number; readonly until: number }) => Figures;
