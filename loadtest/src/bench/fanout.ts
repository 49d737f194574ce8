import { median } from '../machine.js';
import { startPeer } from '../peers/peer.js';
import { profiled } from '../profile/profiled.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, clusterBed, serverCpu } from './bed.js';
import { openRoom, Speaker } from './room.js';
import { atLeast, atMost, type Row, type RowResult } from './row.js';
import { isUnsaturated, window, type Rate, type Window } from './window.js';

interface Shape extends Rate {
  readonly sockets: number;
  readonly rounds: number;
}

const atOnce = 100;
const bareRates = [25, 50, 75, 100, 125, 150, 200];
const rampSeconds = 3;

type Say = (line: string) => void;

const shown = (
  who: string,
  { serverMicrosADelivery, serverShare, framesASocket, swarmMicrosAFrame, serverMicrosAFrame, lagMs }: Window,
): string =>
  `${who}: ${serverMicrosADelivery.toFixed(2)} us a delivery, ${Math.round(100 * serverShare)} % of a core, ${framesASocket.toFixed(1)} frames a socket of ` +
  `${serverMicrosAFrame.toFixed(1)} us (swarm ${swarmMicrosAFrame.toFixed(1)}), lag p99 ${lagMs.p99.toFixed(0)} ms`;

/** One room, all its sockets at one edge; beside it bare uWebSockets with as many sockets, in turns of the same run. */
async function fanout(shape: Shape, ratio: number, say: Say, findRate: typeof sameRate): Promise<RowResult> {
  const bed = await clusterBed(['edge-1']);
  const bare = await startPeer('bare', 'bare', serverCpu);
  const swarms: Swarm[] = [];
  try {
    const room = await openRoom(bed, 'fanout');
    const { sockets } = shape;
    const [url, elsewhere] = bed.connectUrls as [string, string];
    swarms.push(await Swarm.open({ url, speech: 'plaza', rooms: [room], sockets, atOnce, watchEvery: 50 }, clientCpu));
    swarms.push(await Swarm.open({ url: bare.url, speech: 'bare', sockets, atOnce, watchEvery: 50 }, clientCpu));
    const [ours, theirs] = swarms as [Swarm, Swarm];
    const speaker = await Speaker.enter(elsewhere, room);
    const plaza = (): Promise<Window> => window(ours, bed.pid('edge-1'), shape, (text) => speaker.say(text));
    const warm = await window(ours, bed.pid('edge-1'), { ...shape, seconds: 2 }, (text) => speaker.say(text));
    const bareShape = await findRate({ ...shape, bytes: Math.round(warm.bytesADelivery) }, (rate) =>
      window(theirs, bare.pid, rate, (text) => bare.publish(text)),
    );
    const rounds: { readonly edge: Window; readonly bare: Window }[] = [];
    for (let round = 0; round < shape.rounds; round++) {
      const edge = await (round === 0 ? profiled('edge', bed.pid('edge-1'), say, plaza) : plaza());
      say(shown('edge', edge));
      const other = await window(theirs, bare.pid, bareShape, (text) => bare.publish(text));
      say(shown('bare uWebSockets', other));
      rounds.push({ edge, bare: other });
    }
    if (speaker.refused > 0) throw new Error(`${speaker.refused} messages were not accepted`);
    return {
      figures: {
        'edge CPU a delivery / bare': atMost(
          median(rounds.map((one) => one.edge.serverMicrosADelivery / one.bare.serverMicrosADelivery)),
          ratio,
          'ratio',
        ),
        'edge CPU a write': atMost(median(rounds.map(({ edge }) => edge.serverMicrosAFrame)), undefined, 'us'),
        'messages a write': atLeast(median(rounds.map(({ edge }) => edge.messages / edge.framesASocket)), undefined, 'count'),
        'edge CPU a delivery': atMost(median(rounds.map(({ edge }) => edge.serverMicrosADelivery)), undefined, 'us'),
        'delivered of expected': atLeast(Math.min(...rounds.map(({ edge }) => edge.deliveries / edge.expected)), 1, 'ratio'),
        'lag p99 to the last socket': atMost(median(rounds.map(({ edge }) => edge.lagMs.p99)), 250, 'ms'),
        'swarm CPU a frame / edge CPU a frame': atMost(
          median(rounds.map(({ edge }) => edge.swarmMicrosAFrame / edge.serverMicrosAFrame)),
          1,
          'ratio',
        ),
      },
      detail: { shape, bareRate: bareShape.rate, rounds },
    };
  } finally {
    for (const swarm of swarms) swarm.close();
    bare.stop();
    await bed.stop();
  }
}

type Measure = (rate: Rate) => Promise<Window>;

const sameRate = (rate: Rate, _: Measure): Promise<Rate> => Promise.resolve(rate);

/** The highest rate at which a bare server has time left: beyond it, its cost a delivery falls because it is late. */
async function highestUnsaturated(wanted: Rate, measure: Measure): Promise<Rate> {
  let highest = bareRates[0] as number;
  for (const rate of bareRates) {
    if (!isUnsaturated(await measure({ ...wanted, rate, seconds: rampSeconds }))) break;
    highest = rate;
  }
  return { ...wanted, rate: highest };
}

export const steady: Row = {
  name: 'fanout-steady',
  what: '10,000 sockets in one room, 8 messages of 200 bytes a second',
  run: (say) => fanout({ sockets: 10_000, rate: 8, seconds: 8, bytes: 200, rounds: 3 }, 1.15, say, sameRate),
};

export const hot: Row = {
  name: 'fanout-hot',
  what: '2,000 sockets in one room, 200 messages of 200 bytes a second; bare uWebSockets at the highest rate that it does with time left',
  run: (say) => fanout({ sockets: 2000, rate: 200, seconds: 8, bytes: 200, rounds: 3 }, 0.3, say, highestUnsaturated),
};
