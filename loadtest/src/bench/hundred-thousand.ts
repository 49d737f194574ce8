import { percentile } from '../machine.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, clusterBed, type Bed } from './bed.js';
import { gaugeReaches } from './gauge.js';
import { kernelMemory } from './kernel-memory.js';
import { numberOf } from './options.js';
import { openRoom, Speaker } from './room.js';
import { atLeast, atMost, type Row, type RowResult } from './row.js';
import { window, type Window } from './window.js';

const edges = 7;
const atOnce = 50;
/** A batch each two seconds. */
const rate = 0.5;
const bytes = 200;
const windowSeconds = 60;
const watched = 700;

type Say = (line: string) => void;

const ids = Array.from({ length: edges }, (_, i) => `edge-${i + 1}`);
const shown = ({ sockets, deliveries, expected, lagMs }: Window): string =>
  `${sockets} sockets, ${deliveries} of ${expected} delivered, lag to the last watched one p50 ${lagMs.p50.toFixed(0)}, p99 ${lagMs.p99.toFixed(0)}, max ${lagMs.max.toFixed(0)} ms`;

/** As many sockets at each edge; resolves when all are in the room. */
async function everybody(bed: Bed, room: string, sockets: number): Promise<Swarm> {
  const each = sockets / edges;
  const order = (edge: number) => {
    const url = bed.connectUrls[edge] as string;
    return {
      url,
      speech: 'plaza',
      rooms: [room],
      sockets: each,
      first: edge * each,
      atOnce,
      watchEvery: Math.ceil(sockets / watched),
    } as const;
  };
  const swarm = await Swarm.open(order(0), clientCpu, edges);
  for (let edge = 1; edge < edges; edge++) await swarm.more(order(edge));
  for (const [edge, id] of ids.entries())
    await gaugeReaches(bed, id, 'plaza_edge_sessions', (joined) => joined === each + (edge === 0 ? 1 : 0));
  return swarm;
}

/** One room over seven edges: every chain whole, and what it takes of memory. */
async function run(say: Say): Promise<RowResult> {
  const sockets = edges * Math.ceil(numberOf('PLAZA_BENCH_SOCKETS', 100_000) / edges);
  const minutes = numberOf('PLAZA_BENCH_MINUTES', 10);
  const bed = await clusterBed(ids, { edges });
  let swarm: Swarm | undefined;
  try {
    const room = await openRoom(bed, 'hundred-thousand');
    const speaker = await Speaker.enter(bed.connectUrls[0] as string, room);
    const rss = (): number[] => ids.map((id) => bed.cluster.processes.find((one) => one.id === id)?.rss() ?? 0);
    const [before, kernelBefore, startMs] = [rss(), kernelMemory(), performance.now()];
    swarm = await everybody(bed, room, sockets);
    const inSeconds = (performance.now() - startMs) / 1000;
    const { open, failed } = await swarm.count();
    say(`${open} sockets in one room after ${inSeconds.toFixed(0)} s${open < sockets ? `; not let in: ${JSON.stringify(failed)}` : ''}`);
    const windows: Window[] = [];
    for (let left = minutes * 60; left > 0; left -= windowSeconds) {
      const seconds = Math.min(left, windowSeconds);
      windows.push(await window(swarm, bed.pid('edge-1'), { rate, seconds, bytes }, (text) => speaker.say(text)));
      say(shown(windows.at(-1) as Window));
    }
    if (speaker.refused > 0) throw new Error(`${speaker.refused} messages were not accepted`);
    const memory = memoryTable(before, rss(), open / edges);
    for (const line of memory) say(`${line.edge}: ${line.rssMB} MB resident, ${line.kilobytesASocket} KB of it for each socket`);
    const kernel = kernelMemory();
    const kernelASocket = (kernel.slab + kernel.tcpBuffers - kernelBefore.slab - kernelBefore.tcpBuffers) / open / 1000;
    say(`the kernel, both ends: ${kernelASocket.toFixed(1)} KB a socket`);
    const { breaks, told, closed } = await swarm.count();
    return {
      figures: {
        'sockets in the room / wanted': atLeast(open / sockets, 1, 'ratio'),
        'delivered of expected': atLeast(Math.min(...windows.map(({ deliveries, expected }) => deliveries / expected)), 1, 'ratio'),
        'breaks, holes and closed sockets': atMost(breaks + told + closed, 0, 'count'),
        'lag to the last socket, worst p99 of a minute': atMost(Math.max(...windows.map(({ lagMs }) => lagMs.p99)), undefined, 'ms'),
        'resident memory of an edge a socket': atMost(
          percentile(
            memory.map(({ kilobytesASocket }) => kilobytesASocket),
            50,
          ),
          undefined,
          'KB',
        ),
        'kernel memory a socket, both ends': atMost(kernelASocket, undefined, 'KB'),
      },
      detail: { sockets, edges, minutes, rate, inSeconds, memory, kernel: { before: kernelBefore, after: kernel }, windows },
    };
  } finally {
    swarm?.close();
    await bed.stop();
  }
}

const rounded = (value: number): number => Number(value.toFixed(1));

function memoryTable(before: readonly number[], after: readonly number[], socketsAnEdge: number) {
  return ids.map((edge, i) => {
    const [was, is] = [before[i] ?? 0, after[i] ?? 0];
    return { edge, rssMB: rounded(is / 1e6), kilobytesASocket: rounded((is - was) / socketsAnEdge / 1000) };
  });
}

export const hundredThousand: Row = {
  name: 'hundred-thousand',
  what: '100,000 sockets in one room over seven edges, a batch each two seconds, ten minutes',
  long: true,
  run,
};
