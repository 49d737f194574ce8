/** One second of a rehearsal, as the crowd and the machine saw it. */
export interface Sample {
  /** Seconds since the first socket. */
  readonly atS: number;
  /** Sockets in their room. */
  readonly open: number;
  /** Of the messages that came in this second: ms until the last watched socket had each; null: there were none. */
  readonly lagP50: number | null;
  readonly lagP99: number | null;
  /** Messages accepted, and answers that nobody knows, in this second. */
  readonly accepted: number;
  readonly unavailable: number;
  /** Of viewers that came back in this second. */
  readonly pausesMs: readonly number[];
  /** Holes so far: those that a chain showed, and those that were told. */
  readonly breaks: number;
  readonly told: number;
  /** Shares of a core, by process of a cluster of one's own. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Of the machine on which the crowd is: 1 is full. */
  readonly machineBusy: number;
  /** Of that, what neither the crowd nor a cluster of its own used. */
  readonly machineOthers: number;
}

/** What was done to the cluster. */
export interface Mark {
  readonly atS: number;
  readonly what: string;
}

export interface Asked {
  readonly viewers: number;
  /** Messages a second. */
  readonly rate: number;
  readonly messageBytes: number;
  readonly joinRate: number;
  readonly seconds: number;
  /** What has to be kept, ms. */
  readonly lagMs: number;
  readonly pauseMs: number;
}

export interface Rehearsal {
  readonly asked: Asked;
  readonly samples: readonly Sample[];
  readonly marks: readonly Mark[];
  /** Seconds until the last viewer was in; undefined: not all came in. */
  readonly allInS: number | undefined;
  /** Who was never let in, by cause. */
  readonly failed: Readonly<Record<string, number>>;
  /** Messages that were still not accepted when patience was over. */
  readonly givenUp: number;
  /** Thresholds of the k6 mix that were not kept, or why it did not run. */
  readonly mixBroken: readonly string[];
  /** Processes of the cluster; undefined: it is not ours to count. */
  readonly there: { readonly edges: number; readonly holders: number } | undefined;
}
