export type PeriodKind = 'hour' | 'day';

export interface Period {
  readonly kind: PeriodKind;
  /** Its first ms, Unix. */
  readonly startMs: number;
}

export interface Span extends Period {
  /** The first ms after it. */
  readonly endMs: number;
}

const secondMs = 1000;
const hourMs = 3_600_000;
/** Longer than any period: the longest day has 25 hours, or half an hour less. */
const reachMs: Readonly<Record<PeriodKind, number>> = { hour: hourMs, day: 26 * hourMs };
/** Records of a stream are of about the same time: so many spans of a kind are remembered. */
const remembered = 4;

/**
 * Hours and days of an IANA time zone. A day begins at the first moment of its date. An hour is one on the zone's clock; where the clock is put
 * forward or back a new one begins, so it may be shorter (as half an hour on Lord Howe Island) and one that the clock shows twice is two.
 */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;
  readonly #known: Record<PeriodKind, Span[]> = { hour: [], day: [] };

  /** Throws RangeError where there is no such zone. */
  constructor(readonly timeZone: string) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'iso8601', ...numeric });
  }

  /** The period in which a moment is. */
  spanOf(kind: PeriodKind, ms: number): Span {
    const known = this.#known[kind];
    const found = known.find(({ startMs, endMs }) => startMs <= ms && ms < endMs);
    if (found !== undefined) return found;
    const span = this.#span(kind, ms);
    this.#known[kind] = [span, ...known].slice(0, remembered);
    return span;
  }

  /** The periods that have a moment from `fromMs` on (inclusive) up to `toMs` (exclusive), the oldest first, at most `max`. */
  spansBetween(kind: PeriodKind, fromMs: number, toMs: number, max: number): Span[] {
    const spans: Span[] = [];
    for (let at = fromMs; at < toMs && spans.length < max; at = spans.at(-1)!.endMs) spans.push(this.spanOf(kind, at));
    return spans;
  }

  #span(kind: PeriodKind, ms: number): Span {
    const name = this.#nameOf(kind, ms);
    const inside = (at: number): boolean => this.#nameOf(kind, at) === name;
    return { kind, startMs: turnOf(ms - reachMs[kind], ms, inside), endMs: turnOf(ms, ms + reachMs[kind], (at) => !inside(at)) };
  }

  /** Two moments have one name if they are in one period. */
  #nameOf(kind: PeriodKind, ms: number): string {
    const local = this.#localOf(ms);
    if (kind === 'day') return String(Math.floor(local / (24 * hourMs)));
    return `${Math.floor(local / hourMs)} ${local - Math.floor(ms / secondMs) * secondMs}`;
  }

  /** What the zone's clock shows, as if it were UTC; whole seconds. */
  #localOf(ms: number): number {
    const shown = Object.fromEntries(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(shown['year']!, shown['month']! - 1, shown['day'], shown['hour'], shown['minute'], shown['second']);
  }
}

/** The first moment of which something holds, where it does not at `from` (exclusive) and does from some moment up to `to` on. */
function turnOf(from: number, to: number, holds: (ms: number) => boolean): number {
  let [before, at] = [from, to];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (holds(middle)) at = middle;
    else before = middle;
  }
  return at;
}
