import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicros, percentile } from '../machine.js';
import { latest, stamped } from '../swarm/lags.js';
import type { SwarmCount } from '../swarm/order.js';
import type { Swarm } from '../swarm/swarm.js';

export interface Window {
  readonly sockets: number;
  readonly messages: number;
  /** Messages times sockets, less what was not delivered. */
  readonly deliveries: number;
  readonly expected: number;
  readonly framesASocket: number;
  readonly bytesADelivery: number;
  readonly serverMicrosADelivery: number;
  /** Of a core: 1 is all of it. */
  readonly serverShare: number;
  readonly swarmMicrosAFrame: number;
  readonly serverMicrosAFrame: number;
  /** From sending until the last watched socket had it, ms. */
  readonly lagMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface Rate {
  /** Messages a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Of a message's text. */
  readonly bytes: number;
}

/** What was sent last has arrived when everything has, or when nothing more came for this long; a server that was late has longer. */
const settleMs = 1500;
const settleMsAtMost = 30_000;
const lookMs = 100;

/** A server that is busier, of a core, or later than this with its last sockets, has no time left: what it costs then is the cost of being late. */
export const isUnsaturated = ({ serverShare, lagMs }: Window): boolean => serverShare <= mostShare && lagMs.p99 <= 1000;
const mostShare = 0.9;

/** The highest of some rates for which a server has time, by the share of a core that it used at `rate`; undefined: none. */
export const highestInReach = (rates: readonly number[], rate: number, { serverShare }: Window): number | undefined =>
  rates.filter((one) => one <= (rate * mostShare) / serverShare).at(-1);

/** Sends at the rate for the time while a swarm listens, and looks at what it cost. Throws where a socket was closed, or saw a break of its chain. */
export async function window(swarm: Swarm, pid: number, { rate, seconds, bytes }: Rate, send: (text: string) => unknown): Promise<Window> {
  const before = await swarm.count();
  const [cpuBefore, startMs] = [cpuMicros(pid), performance.now()];
  const messages = Math.round(rate * seconds);
  for (let i = 0; i < messages; i++) {
    await pause(Math.max(0, startMs + (i * 1000) / rate - performance.now()));
    send(stamped(bytes));
  }
  const [cpuSent, tookMs] = [cpuMicros(pid), performance.now() - startMs];
  const [after, cpuAfter] = [await arrived(swarm, before.events + messages * before.open), cpuMicros(pid)];
  if (after.breaks > before.breaks || after.closed > before.closed || after.told > before.told)
    throw new Error(`not a clean run: ${JSON.stringify({ ...after, lags: after.lags.size })}`);
  const lags = [...after.lags.values()];
  const frames = after.frames - before.frames;
  const deliveries = after.events - before.events;
  const micros = cpuAfter - cpuBefore;
  return {
    sockets: after.open,
    messages,
    deliveries,
    expected: messages * after.open,
    framesASocket: frames / after.open,
    bytesADelivery: (after.bytes - before.bytes) / deliveries,
    serverMicrosADelivery: micros / deliveries,
    serverShare: (cpuSent - cpuBefore) / 1000 / tookMs,
    swarmMicrosAFrame: (after.cpuMicros - before.cpuMicros) / frames,
    serverMicrosAFrame: micros / frames,
    lagMs: { p50: percentile(lags, 50), p99: percentile(lags, 99), max: percentile(lags, 100) },
  };
}

/** The count when everything expected is there, or nothing more comes; with the lags of all looks. */
async function arrived(swarm: Swarm, expected: number): Promise<SwarmCount> {
  const endMs = performance.now() + settleMsAtMost;
  const lags: ReadonlyMap<string, number>[] = [];
  let grownMs = performance.now();
  let last = -1;
  for (;;) {
    const count = await swarm.count();
    const nowMs = performance.now();
    lags.push(count.lags);
    if (count.events !== last) grownMs = nowMs;
    last = count.events;
    if (last >= expected || nowMs - grownMs > settleMs || nowMs > endMs) return { ...count, lags: latest(lags) };
    await pause(lookMs);
  }
}
