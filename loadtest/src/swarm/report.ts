import { percentile } from '../machine.js';
import type { SwarmCount } from './order.js';

/** Of the messages that tell when they were sent: ms until the last watched socket had them. Null: there were none. */
export interface LagTold {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

const told = (ms: number): number | null => (Number.isNaN(ms) ? null : Number(ms.toFixed(1)));

export const lagTold = (lags: readonly number[]): LagTold => ({
  p50: told(percentile(lags, 50)),
  p99: told(percentile(lags, 99)),
  max: told(percentile(lags, 100)),
});

/** What happened between two counts, in one line. */
export function progressLine(before: SwarmCount, now: SwarmCount, seconds: number): string {
  const perSecond = (what: 'frames' | 'events'): string => Math.round((now[what] - before[what]) / seconds).toLocaleString('en');
  const { p50, p99 } = lagTold([...now.lags.values()]);
  const lag = p50 === null ? '' : `, lag p50 ${p50} p99 ${p99} ms`;
  const gone = now.closed === 0 ? '' : `, ${now.closed} closed`;
  return `${now.open.toLocaleString('en')} open${gone}, ${perSecond('frames')} frames/s, ${perSecond('events')} events/s, ${now.breaks} breaks, ${now.told} told of a hole${lag}`;
}

/** The whole run, for machines; `lags` of all of it. */
export function swarmResult(first: SwarmCount, last: SwarmCount, seconds: number, lags: readonly number[]): object {
  const { open, closed, closedWith, failed, frames, events, breaks, told: holes, bytes } = last;
  const aSecond = (what: 'frames' | 'events' | 'bytes'): number => Math.round((last[what] - first[what]) / seconds);
  return {
    seconds: Number(seconds.toFixed(1)),
    open,
    closed,
    closedWith,
    failed,
    frames,
    events,
    bytes,
    breaks,
    toldOfHoles: holes,
    framesASecond: aSecond('frames'),
    eventsASecond: aSecond('events'),
    bytesASecond: aSecond('bytes'),
    swarmMicrosAFrame: told((last.cpuMicros - first.cpuMicros) / (last.frames - first.frames)),
    lagMs: lagTold(lags),
  };
}
