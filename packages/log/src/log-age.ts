/** Somebody who still needs records: a reader of the log, or the shards' snapshots. */
export interface Need {
  readonly by: string;
  /** Of the oldest record that it needs, ms. */
  readonly ageMs: number;
}

export interface StreamNeeds {
  /** How long records are kept when nobody lags, ms. */
  readonly keepMs: number;
  readonly needs: readonly Need[];
  readonly bytes: number;
  readonly maxBytes: number | undefined;
}

export interface AgeDecision {
  readonly ageMs: number;
  /** For whom the age is longer than usual. */
  readonly heldFor: readonly string[];
  /** Half of what the stream may hold is full: beyond the whole, records go whoever needs them. */
  readonly halfFull: boolean;
}

/**
 * How long a stream has to keep its records. What is needed keeps a distance of a quarter of the usual age from being dropped - the time that looks at it may fail -
 * and the age grows in steps of that quarter, so that it is changed seldom.
 */
export function decideAge({ keepMs, needs, bytes, maxBytes }: StreamNeeds): AgeDecision {
  const stepMs = keepMs / 4;
  const wantedMs = ({ ageMs }: Need): number => Math.ceil((ageMs + stepMs) / stepMs) * stepMs;
  const lagging = needs.filter((need) => need.ageMs + stepMs > keepMs);
  return {
    ageMs: Math.max(keepMs, ...lagging.map(wantedMs)),
    heldFor: lagging.map(({ by }) => by),
    halfFull: maxBytes !== undefined && bytes >= maxBytes / 2,
  };
}
