import { median } from '../machine.js';
import { startPeer } from '../peers/peer.js';
import { gapsDuring, probedEdge } from '../probe/probe.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, edgeBed, serverCpu } from './bed.js';
import { openRoom, Speaker } from './room.js';
import { atMost, type Row, type RowResult } from './row.js';
import { window } from './window.js';

const sockets = 15_000;
const shape = { rate: 3, seconds: 2, bytes: 200 };
const rounds = 3;
const atOnce = 100;

type Say = (line: string) => void;
type Round = Awaited<ReturnType<typeof measured>>;

async function measured(swarm: Swarm, pid: number, send: (text: string) => unknown, bytes = shape.bytes) {
  const { gaps, done } = await gapsDuring(pid, () => window(swarm, pid, { ...shape, bytes }, send));
  return { ...gaps, bytesADelivery: done.bytesADelivery, lagMs: done.lagMs, serverShare: done.serverShare };
}

const shown = (who: string, { p50, p99, max, lagMs }: Round): string =>
  `${who}: loop gap p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms; lag p99 ${lagMs.p99.toFixed(0)} ms`;

/** How long an edge's event loop does nothing else while it publishes; beside it bare uWebSockets, which publishes in one go, in turns of the same run. */
async function run(say: Say): Promise<RowResult> {
  const bed = await edgeBed({ main: probedEdge });
  const bare = await startPeer('bare', 'bare', serverCpu);
  const swarms: Swarm[] = [];
  try {
    const room = await openRoom(bed, 'loop-gap');
    const [url, elsewhere] = bed.connectUrls as [string, string];
    swarms.push(await Swarm.open({ url, speech: 'plaza', rooms: [room], sockets, atOnce, watchEvery: 50 }, clientCpu));
    swarms.push(await Swarm.open({ url: bare.url, speech: 'bare', sockets, atOnce, watchEvery: 50 }, clientCpu));
    const [ours, theirs] = swarms as [Swarm, Swarm];
    const speaker = await Speaker.enter(elsewhere, room);
    const edge = (): Promise<Round> => measured(ours, bed.pid('edge-1'), (text) => speaker.say(text));
    const { bytesADelivery } = await edge();
    const told: { readonly edge: Round; readonly bare: Round }[] = [];
    for (let round = 0; round < rounds; round++) {
      const one = { edge: await edge(), bare: await measured(theirs, bare.pid, (text) => bare.publish(text), Math.round(bytesADelivery)) };
      say(shown('edge', one.edge));
      say(shown('bare uWebSockets', one.bare));
      told.push(one);
    }
    if (speaker.refused > 0) throw new Error(`${speaker.refused} messages were not accepted`);
    return {
      figures: {
        'edge loop gap p99': atMost(median(told.map((one) => one.edge.p99)), 15, 'ms'),
        'edge loop gap max': atMost(median(told.map((one) => one.edge.max)), 40, 'ms'),
        'bare loop gap p99': atMost(median(told.map((one) => one.bare.p99)), undefined, 'ms'),
        'loop gap p99 / bare': atMost(median(told.map((one) => one.edge.p99 / one.bare.p99)), 1, 'ratio'),
      },
      detail: { sockets, shape, rounds: told },
    };
  } finally {
    for (const swarm of swarms) swarm.close();
    bare.stop();
    await bed.stop();
  }
}

export const loopGap: Row = {
  name: 'loop-gap',
  what: 'how late the event loop is during publishes to 15,000 sockets of one room',
  run,
};
