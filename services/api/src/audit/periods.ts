import type { Place, Search, Subject } from './audit.js';

const dayMs = 86_400_000;

/** The index of a subject is cut into pieces of time: a day where all entries meet, thirty days for one room or account. */
export const periodMs = ({ kind }: Subject): number => (kind === 'any' || kind === 'act' ? dayMs : 30 * dayMs);

export const periodOf = (subject: Subject, timeMs: number): number => Math.floor(timeMs / periodMs(subject));

/** The periods of a search, newest first. */
export function periodsOf({ subject, fromMs, toMs, before }: Search): number[] {
  const newest = periodOf(subject, Math.min(toMs - 1, before?.timeMs ?? toMs - 1));
  const oldest = periodOf(subject, fromMs);
  return Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, i) => newest - i);
}

/** What is before every entry of a period, and behind all older ones. */
export const beginOf = (subject: Subject, period: number): Place => ({ timeMs: period * periodMs(subject), chain: 0, number: 0 });
