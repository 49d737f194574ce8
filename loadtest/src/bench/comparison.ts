import type { Figure, RowResult } from './row.js';

export type Results = Readonly<Record<string, RowResult>>;

/** One figure that is worse than it was. */
export interface Worse {
  readonly figure: string;
  readonly was: number;
  readonly is: number;
  /** How much worse, in percent of what it was. */
  readonly byPercent: number;
}

const tellFromPercent = 10;

/** Ratios and shares only: what has a unit of time, bytes or speed belongs to the machine that it was taken on. */
const isOfAnyMachine = ({ unit }: Figure): boolean => unit === 'ratio' || unit === 'count';

/** What got worse by more than 10 %, the worst first; figures that only one of the two has are left out. `sameMachine`: all figures, not only ratios. */
export function worseThan(before: Results, now: Results, sameMachine: boolean): Worse[] {
  const worse = Object.entries(now).flatMap(([row, { figures }]) =>
    Object.entries(figures).flatMap(([name, figure]) => {
      const was = before[row]?.figures[name]?.value;
      if (was === undefined || !(sameMachine || isOfAnyMachine(figure))) return [];
      const byPercent = worseByPercent(was, figure);
      return byPercent > tellFromPercent ? [{ figure: `${row}: ${name}`, was, is: figure.value, byPercent }] : [];
    }),
  );
  return worse.sort((a, b) => b.byPercent - a.byPercent);
}

function worseByPercent(was: number, { value, better }: Figure): number {
  const change = better === 'less' ? value - was : was - value;
  if (change <= 0) return 0;
  return was === 0 ? Number.POSITIVE_INFINITY : Math.round((100 * change) / was);
}
