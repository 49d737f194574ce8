import { startPeer } from '../peers/peer.js';
import { serverCpu } from './bed.js';
import { atLeast, atMost, type Figure, type Row, type RowResult } from './row.js';
import { edgeSubject, peerSubject, standaloneSubject, type Subject } from './subject.js';
import { inTurns, medianOf, ratioOf, sameRate, type FindRate, type Shape, type Turns } from './turns.js';
import { highestInReach } from './window.js';

const steadyShape = (full: boolean): Shape => ({ sockets: 10_000, rate: 8, seconds: full ? 8 : 3, bytes: 200, rounds: 3 });
const hotShape = (full: boolean): Shape => ({ ...steadyShape(full), sockets: 2000, rate: 200 });
/** Until V8 has compiled what a message calls in all services at once. */
const standaloneWarmSeconds = 6;
const bareRates = [25, 50, 75, 100, 125, 150, 200] as const;
const rampSeconds = 3;

type Say = (line: string) => void;

async function between<T>(
  start: () => Promise<Subject>,
  startOther: () => Promise<Subject>,
  work: (one: Subject, other: Subject) => Promise<T>,
): Promise<T> {
  const one = await start();
  try {
    const other = await startOther();
    try {
      return await work(one, other);
    } finally {
      await other.stop();
    }
  } finally {
    await one.stop();
  }
}

/** One room, all its sockets at one edge; beside it bare uWebSockets. */
async function fanout(
  shape: Shape,
  target: { readonly ratio: number; readonly lagMs?: number },
  say: Say,
  findRate: FindRate,
): Promise<RowResult> {
  const bare = async (): Promise<Subject> => peerSubject(await startPeer('bare', 'bare', serverCpu));
  const turns = await between(edgeSubject, bare, (ours, theirs) => inTurns(ours, theirs, shape, say, findRate));
  return {
    figures: {
      'edge CPU a delivery / bare': atMost(
        ratioOf(turns, ({ serverMicrosADelivery }) => serverMicrosADelivery),
        target.ratio,
        'ratio',
      ),
      'edge CPU a write': atMost(
        medianOf(turns, ({ serverMicrosAFrame }) => serverMicrosAFrame),
        undefined,
        'us',
      ),
      'messages a write': atLeast(
        medianOf(turns, ({ messages, framesASocket }) => messages / framesASocket),
        undefined,
        'count',
      ),
      'edge CPU a delivery': atMost(
        medianOf(turns, ({ serverMicrosADelivery }) => serverMicrosADelivery),
        undefined,
        'us',
      ),
      ...sparseFigures(turns),
      'delivered of expected': atLeast(Math.min(...turns.rounds.map(({ ours }) => ours.deliveries / ours.expected)), 1, 'ratio'),
      'lag p99 to the last socket': atMost(
        medianOf(turns, ({ lagMs }) => lagMs.p99),
        target.lagMs,
        'ms',
      ),
      'swarm CPU a frame / edge CPU a frame': atMost(
        medianOf(turns, ({ swarmMicrosAFrame, serverMicrosAFrame }) => swarmMicrosAFrame / serverMicrosAFrame),
        1,
        'ratio',
      ),
    },
    detail: { shape, ...turns },
  };
}

function sparseFigures({ sparse }: Turns): Record<string, Figure> {
  if (sparse === undefined) return {};
  const { serverMicrosAFrame, messages, framesASocket } = sparse;
  return {
    'edge CPU a write of few': atMost(serverMicrosAFrame, undefined, 'us'),
    'messages a write of few': atMost(messages / framesASocket, undefined, 'count'),
  };
}

/**
 * The highest rate at which a bare server has time left, by what it uses at the lowest. To try them does not tell: beyond its time it finds several messages
 * at once, writes them together, and costs less a delivery because it is late.
 */
const highestUnsaturated: FindRate = async (wanted, measure) => {
  const [lowest] = bareRates;
  const measured = await measure({ ...wanted, rate: lowest, seconds: rampSeconds });
  return { ...wanted, rate: highestInReach(bareRates, lowest, measured) ?? lowest };
};

export const steady: Row = {
  name: 'fanout-steady',
  what: '10,000 sockets in one room, 8 messages of 200 bytes a second',
  run: (say, full) => fanout(steadyShape(full), { ratio: 1.15 }, say, sameRate),
};

export const hot: Row = {
  name: 'fanout-hot',
  what: '2,000 sockets in one room, 200 messages of 200 bytes a second; bare uWebSockets at the highest rate that it does with time left',
  run: (say, full) => fanout({ ...hotShape(full), sparseRate: 20 }, { ratio: 0.3, lagMs: 250 }, say, highestUnsaturated),
};

/** The lag is told beside the ratio: standalone gives less of its time to a room's writes, and more messages to each. */
function besideEdge(name: string, turns: Turns): Record<string, Figure> {
  const ratio = ratioOf(turns, ({ serverMicrosADelivery }) => serverMicrosADelivery);
  const lagMs = medianOf(turns, ({ lagMs: { p99 } }) => p99);
  return {
    [`${name}: CPU a delivery / edge`]: atMost(ratio, 1.2, 'ratio'),
    [`${name}: lag p99 to the last socket`]: atMost(lagMs, undefined, 'ms'),
  };
}

/** Everything in one process, beside an edge that has others decide, keep and count for it. */
export const standalone: Row = {
  name: 'standalone',
  what: 'the two of fan-out with standalone and with an edge',
  run: async (say, full) => {
    const shapes: readonly (readonly [string, Shape])[] = [
      ['steady', { ...steadyShape(full), rounds: full ? 3 : 2 }],
      ['hot', { ...hotShape(full), warmSeconds: standaloneWarmSeconds }],
    ];
    const all: [string, Awaited<ReturnType<typeof inTurns>>][] = [];
    await between(standaloneSubject, edgeSubject, async (ours, theirs) => {
      for (const [name, shape] of shapes) all.push([name, await inTurns(ours, theirs, shape, say)]);
    });
    return {
      figures: Object.assign({}, ...all.map(([name, turns]) => besideEdge(name, turns))) as Record<string, Figure>,
      detail: Object.fromEntries(all),
    };
  },
};
