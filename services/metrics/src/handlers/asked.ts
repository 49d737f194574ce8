import { ReaderUnavailable } from '@plaza/bus';
import { causeOf, within } from '@plaza/kit';
import type { Freshness } from '@plaza/proto/metrics';
import type { PeriodKind } from '../calendar.js';
import { metrics as metricNames, type Metric } from '../counters.js';
import type { ServiceMetrics } from '../metrics.prom.js';

const deadlineMs = 2500;

/** The end of the year 9999: dates do not go on for ever. */
const lastMs = 253_402_300_799_999;

/** The ask names a metric or a period that there is not, too many periods, or a moment beyond all calendars. */
export class BadAsk extends Error {
  override readonly name = 'BadAsk';
}

export function metricOf(metric: string): Metric {
  const found = metricNames.find((name) => name === metric);
  if (found === undefined) throw new BadAsk(`the metric is one of ${metricNames.join(', ')}`);
  return found;
}

export function periodOf(period: string): PeriodKind {
  if (period !== 'hour' && period !== 'day') throw new BadAsk('the period is "hour" or "day"');
  return period;
}

export function momentOf(ms: number): number {
  if (ms > lastMs) throw new BadAsk('the moment is after the year 9999');
  return ms;
}

/** Rejects with ReaderUnavailable when counters or archive are away or too slow. */
export async function answered<T>(metrics: ServiceMetrics, work: () => Promise<T>): Promise<T> {
  const done = metrics.queryStarted();
  try {
    const answer = await within(deadlineMs, 'the figures', work());
    done('answered');
    return answer;
  } catch (error) {
    done('failed');
    throw new ReaderUnavailable(causeOf(error), { cause: error });
  }
}

/** `endMs`: of what was asked for. */
export const freshnessOf = (asOfMs: number, endMs: number, nowMs: number, timeZone: string): Freshness => ({
  asOfMs,
  ageMs: asOfMs >= endMs ? 0 : Math.max(0, nowMs - asOfMs),
  timeZone,
});
