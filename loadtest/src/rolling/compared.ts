/** What the sender of a message knows in the end. `unknown`: there was no answer, it may be in the log or not. */
export type Outcome = 'accepted' | 'unknown' | 'refused';

/** What one reader of a room has, beside what was said there. */
export interface Compared {
  /** Accepted, and not there. */
  readonly missing: number;
  /** There more than once. */
  readonly twice: number;
  /** There, and refused or never said. */
  readonly strange: number;
}

/** Each accepted message has to be there once, an unknown one once or not at all, and nothing else. */
export function compare(said: ReadonlyMap<string, Outcome>, found: readonly string[]): Compared {
  const have = new Set(found);
  const accepted = [...said].filter(([, outcome]) => outcome === 'accepted');
  return {
    missing: accepted.filter(([text]) => !have.has(text)).length,
    twice: found.length - have.size,
    strange: [...have].filter((text) => (said.get(text) ?? 'refused') === 'refused').length,
  };
}

export const sum = (all: readonly Compared[]): Compared =>
  all.reduce((a, b) => ({ missing: a.missing + b.missing, twice: a.twice + b.twice, strange: a.strange + b.strange }), {
    missing: 0,
    twice: 0,
    strange: 0,
  });
