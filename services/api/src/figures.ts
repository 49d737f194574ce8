import { ReaderUnavailable } from '@plaza/bus';
import type { Freshness } from '@plaza/proto/metrics';
import { z } from 'zod';
import type { Outcome } from './operation.js';
import { unavailable } from './problems.js';

export const period = z.enum(['hour', 'day']).default('hour').describe('Of the time zone in the answer.');
/** Up to the end of the year 9999. */
export const moment = z.coerce.number().int().min(0).max(253_402_300_799_999);

const count = z.number().int();
export const figures = {
  messages: count,
  entries: count.describe('Each entering, not people.'),
  active: count.describe('Distinct accounts that entered or sent: an estimate, about 1 % off.'),
};

export const freshness = {
  asOfMs: count.describe('Everything up to this moment is counted; at most the end of what was asked for.'),
  ageMs: count.describe('How long ago that was; 0: what was asked for is over and counted.'),
  timeZone: z.string(),
  estimates: z.array(z.enum(['active'])).describe('The figures that are estimates.'),
};

/** As answers say it. */
export const viewFreshness = (
  given: Freshness | undefined,
): { asOfMs: number; ageMs: number; timeZone: string; estimates: ['active'] } => ({
  asOfMs: given?.asOfMs ?? 0,
  ageMs: given?.ageMs ?? 0,
  timeZone: given?.timeZone ?? '',
  estimates: ['active'],
});

/** What the metrics service answered, or that it cannot be asked now. */
export async function readFigures<A>(read: () => Promise<A>): Promise<Outcome<A>> {
  try {
    return { answer: await read() };
  } catch (error) {
    if (error instanceof ReaderUnavailable) return { problem: unavailable('the figures cannot be read now') };
    throw error;
  }
}
