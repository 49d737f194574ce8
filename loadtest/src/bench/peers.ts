import { setTimeout as pause } from 'node:timers/promises';
import { residentMiB } from '../machine.js';
import { startCentrifugo } from '../peers/centrifugo.js';
import { startPeer } from '../peers/peer.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, serverCpu } from './bed.js';
import { atMost, type Row, type RowResult } from './row.js';
import { edgeSubject, peerSubject, type Subject } from './subject.js';
import { highestInReach, isUnsaturated, window, type Rate, type Window } from './window.js';

/** What one of them costs. */
interface Cost {
  readonly name: string;
  readonly connectsPerSecond: number;
  /** Resident memory of the process, by socket. */
  readonly kibASocket: number;
  readonly steady: Window;
  readonly hot: Window;
}

const steadySockets = 10_000;
const hotSockets = 2000;
const bytes = 200;
const steadyRates = [4, 8];
const hotRates = [10, 25, 50, 100, 200];
const atOnce = 100;
const seconds = 2;
const calmMs = 1000;

/**
 * Ever more messages a second, as long as it has time left; of the last such rate what a delivery cost. The next one is the highest that it has time for if a
 * delivery costs as much there; who batches has time for more, so that the one above is tried as well.
 */
async function highest(rates: readonly number[], measure: (rate: Rate) => Promise<Window>): Promise<Window> {
  let [at, best] = [0, await measure({ rate: rates[0] as number, seconds, bytes })];
  for (;;) {
    const rate = rates[at] as number;
    const next = Math.max(at + 1, rates.indexOf(highestInReach(rates, rate, best) ?? rate));
    if (next >= rates.length) return best;
    const measured = await measure({ rate: rates[next] as number, seconds, bytes });
    if (!isUnsaturated(measured)) return best;
    [at, best] = [next, measured];
  }
}

async function costOf({ name, url, speech, pid, rooms, publish }: Subject): Promise<Cost> {
  const swarm = await Swarm.open({ url, speech, rooms, sockets: 0, atOnce, watchEvery: 50 }, clientCpu, 1);
  const measure = (rate: Rate): Promise<Window> => window(swarm, pid, rate, publish);
  try {
    const [residentBefore, startMs] = [residentMiB(pid), performance.now()];
    await swarm.more({ url, speech, rooms, sockets: steadySockets, atOnce, watchEvery: 50 });
    const tookMs = performance.now() - startMs;
    await pause(calmMs);
    const kibASocket = ((residentMiB(pid) - residentBefore) * 1024) / steadySockets;
    const steady = await highest(steadyRates, measure);
    await swarm.closeSome(1 - hotSockets / steadySockets);
    await pause(calmMs);
    return { name, connectsPerSecond: (1000 * steadySockets) / tookMs, kibASocket, steady, hot: await highest(hotRates, measure) };
  } finally {
    swarm.close();
  }
}

async function starts(): Promise<readonly (() => Promise<Subject>)[]> {
  const socketIoPath = '/socket.io/?EIO=4&transport=websocket';
  const centrifugo = await startCentrifugo(serverCpu);
  return [
    edgeSubject,
    async () => peerSubject(await startPeer('bare', 'bare', serverCpu)),
    async () => peerSubject(await startPeer('ws', 'bare', serverCpu)),
    async () => peerSubject(await startPeer('socket-io', 'socket.io', serverCpu, { path: socketIoPath })),
    ...(centrifugo === undefined ? [] : [() => Promise.resolve(peerSubject(centrifugo))]),
  ];
}

const told = ({ name, connectsPerSecond, kibASocket, steady, hot }: Cost): string =>
  `${name}: ${connectsPerSecond.toFixed(0)} connects/s, ${kibASocket.toFixed(1)} KiB a socket; 10,000 sockets: ${steady.serverMicrosADelivery.toFixed(2)} us a delivery at ` +
  `${(steady.messages / seconds).toFixed(0)}/s; 2,000: ${hot.serverMicrosADelivery.toFixed(2)} us at ${(hot.messages / seconds).toFixed(0)}/s, lag p99 ${hot.lagMs.p99.toFixed(0)} ms`;

async function compared(say: (line: string) => void): Promise<RowResult> {
  const costs: Cost[] = [];
  for (const start of await starts()) {
    const subject = await start();
    try {
      const cost = await costOf(subject);
      costs.push(cost);
      say(told(cost));
    } finally {
      await subject.stop();
    }
  }
  const [ours, bare, ...peers] = costs as [Cost, Cost, ...Cost[]];
  const least = (of: (cost: Cost) => number): number => Math.min(...peers.map(of));
  return {
    figures: {
      'hot: edge CPU a delivery / best peer': atMost(
        ours.hot.serverMicrosADelivery / least(({ hot }) => hot.serverMicrosADelivery),
        0.333,
        'ratio',
      ),
      'steady: edge CPU a delivery / best peer': atMost(
        ours.steady.serverMicrosADelivery / least(({ steady }) => steady.serverMicrosADelivery),
        undefined,
        'ratio',
      ),
      'memory a socket / least of peers': atMost(ours.kibASocket / least(({ kibASocket }) => kibASocket), undefined, 'ratio'),
      'memory a socket / bare uWebSockets': atMost(ours.kibASocket / bare.kibASocket, undefined, 'ratio'),
    },
    detail: { costs },
  };
}

export const peers: Row = {
  name: 'peers',
  what: 'an edge, bare uWebSockets, ws, socket.io and (PLAZA_BENCH_CENTRIFUGO) Centrifugo: connects, memory, CPU a delivery; each at the highest rate that it does with time left',
  run: compared,
};
