import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicros, median, pin } from '../machine.js';
import { profiled } from '../profile/profiled.js';
import { Swarm } from '../swarm/swarm.js';
import type { SwarmOrder } from '../swarm/order.js';
import { clientCpu, clusterBed, serverCpu, tokenSecret, type Bed } from './bed.js';
import { joinsAtHolder } from './holder-joins.js';
import { openRoom } from './room.js';
import { atLeast, atMost, type Row, type RowResult } from './row.js';

/**
 * What the edge is told that it sustains, connects a second: a rate of which two cores can offer the double. So many come in at once besides, which is
 * what the rounds without a limit live on.
 */
const admitted = 3000;
const rounds = 3;
/** Of the offered ones each comes again for so long. */
const patienceMs = 30_000;
/** Until everybody's leave has been told and the edge's door takes a whole second's connects again. */
const betweenMs = 1500;

interface Round {
  readonly micros: number;
  readonly perSecond: number;
  readonly edgeShare: number;
  readonly holderMicros: number;
  readonly swarmMicros: number;
}

/** As many as the door takes at once, as fast as the clients can; throws where one did not get in. */
async function round(bed: Bed, swarm: Swarm, order: SwarmOrder): Promise<Round> {
  const before = await swarm.count();
  const [edge, holder] = [cpuMicros(bed.pid('edge-1')), cpuMicros(bed.pid('room-state-1'))];
  await swarm.more(order);
  const [edgeAfter, holderAfter] = [cpuMicros(bed.pid('edge-1')), cpuMicros(bed.pid('room-state-1'))];
  const after = await swarm.count();
  const came = after.entered - before.entered;
  if (came !== order.sockets) throw new Error(`${came} of ${order.sockets} came in: ${JSON.stringify(after.failed)}`);
  await swarm.closeSome(1);
  await pause(betweenMs);
  return {
    micros: (edgeAfter - edge) / came,
    perSecond: (1000 * came) / after.openMs,
    edgeShare: (edgeAfter - edge) / 1000 / after.openMs,
    holderMicros: (holderAfter - holder) / came,
    swarmMicros: (after.cpuMicros - before.cpuMicros) / came,
  };
}

async function storm(say: (line: string) => void): Promise<RowResult> {
  const bed = await clusterBed(['edge-1'], { env: { PLAZA_EDGE_CONNECTS_PER_SECOND: String(admitted) } });
  const swarms: Swarm[] = [];
  try {
    const room = await openRoom(bed, 'storm');
    const [url] = bed.connectUrls as [string];
    const order = { url, speech: 'plaza', rooms: [room], tokens: { secret: tokenSecret, prefix: 'guest' }, atOnce: 200 } as const;
    const swarm = await Swarm.open({ ...order, sockets: 0 }, clientCpu, 1);
    swarms.push(swarm);
    const unlimited: Round[] = [];
    for (let i = 0; i <= rounds; i++) {
      const work = (): Promise<Round> => round(bed, swarm, { ...order, sockets: admitted, first: i * admitted });
      const one = await (i === rounds ? profiled('edge', bed.pid('edge-1'), say, work) : work());
      // The first one only warms up.
      if (i > 0) unlimited.push(one);
      say(`${one.micros.toFixed(1)} us a connect + join, ${one.perSecond.toFixed(0)}/s, ${Math.round(100 * one.edgeShare)} % of a core`);
    }
    const before = await swarm.count();
    const sockets = 4 * admitted;
    await swarm.more({ ...order, sockets, first: (rounds + 1) * admitted, perSecond: 2 * admitted, patienceMs });
    const after = await swarm.count();
    const paced = {
      offered: sockets,
      offeredPerSecond: 2 * admitted,
      admittedPerSecond: admitted,
      in: after.open,
      timedOut: after.timedOut,
      failed: after.failed,
      refusalsASocket: (after.refusals - before.refusals) / sockets,
      seconds: after.openMs / 1000,
    };
    say(`offered ${2 * admitted}/s of which ${admitted}/s are let in: ${paced.in} of ${sockets} in after ${paced.seconds.toFixed(1)} s`);
    swarm.close();
    await pause(betweenMs);
    if (serverCpu !== undefined) pin(bed.pid('room-state-1'), serverCpu);
    const joinRoom = await openRoom(bed, 'joins');
    const joins = await profiled('room-state', bed.pid('room-state-1'), say, () => joinsAtHolder(bed, joinRoom));
    say(`room-state: ${joins.micros.toFixed(1)} us a join, ${joins.joined} of ${joins.asked}, ${joins.perSecond.toFixed(0)}/s`);
    return {
      figures: {
        'edge CPU a join': atMost(median(unlimited.map(({ micros }) => micros)), 55, 'us'),
        'connects a second': atLeast(median(unlimited.map(({ perSecond }) => perSecond)), undefined, '1/s'),
        'holder CPU a join': atMost(joins.micros, 6, 'us'),
        'in of offered, twice what is let in': atLeast(paced.in / paced.offered, 1, 'ratio'),
        'timed out': atMost(paced.timedOut, 0, 'count'),
        'until all were in': atMost(paced.seconds, undefined, 's'),
        'refusals a socket': atMost(paced.refusalsASocket, undefined, 'ratio'),
      },
      detail: { unlimited, paced, joins },
    };
  } finally {
    for (const swarm of swarms) swarm.close();
    await bed.stop();
  }
}

export const stormRow: Row = {
  name: 'storm',
  what: 'connects with token and join by URL into one room of one edge; twice what is let in; joins of synthetic edges at the holder',
  run: storm,
};
