import { setTimeout as pause } from 'node:timers/promises';
import { median, pin } from '../machine.js';
import { startPeer, type Peer } from '../peers/peer.js';
import { profiled } from '../profile/profiled.js';
import { Swarm } from '../swarm/swarm.js';
import type { SwarmOrder } from '../swarm/order.js';
import { clientCpu, edgeBed, serverCpu, tokenSecret } from './bed.js';
import { betweenMs, inTurnsConnect, medianMicros } from './connects.js';
import { joinsAtHolder } from './holder-joins.js';
import { openRoom } from './room.js';
import { atLeast, atMost, type Row, type RowResult } from './row.js';

/**
 * What the edge is told that it sustains, connects a second: a rate of which two cores can offer the double. So many come in at once besides, which is
 * what the rounds without a limit live on.
 */
const admitted = 3000;
/** Of the offered ones each comes again for so long. */
const patienceMs = 30_000;

async function storm(say: (line: string) => void): Promise<RowResult> {
  const bed = await edgeBed({ env: { PLAZA_EDGE_CONNECTS_PER_SECOND: String(admitted) } });
  const peers: Peer[] = [];
  const swarms: Swarm[] = [];
  const swarmOf = async (order: SwarmOrder): Promise<Swarm> => {
    const swarm = await Swarm.open({ ...order, sockets: 0 }, clientCpu, 1);
    swarms.push(swarm);
    return swarm;
  };
  try {
    const bare = await startPeer('bare', 'bare', serverCpu);
    peers.push(bare);
    const door = await startPeer('door', 'plaza', serverCpu, { env: { PLAZA_TOKEN_SECRET: tokenSecret } });
    peers.push(door);
    const room = await openRoom(bed, 'storm');
    const [url] = bed.connectUrls as [string];
    const some = { sockets: admitted, atOnce: 200 };
    const order = { ...some, url, speech: 'plaza', rooms: [room], tokens: { secret: tokenSecret, prefix: 'guest' } } as const;
    const theirOrder = { ...some, url: bare.url, speech: 'bare' } as const;
    const swarm = await swarmOf(order);
    const doorOrder = { ...order, url: door.url };
    const turns = await inTurnsConnect(
      {
        edge: { pid: bed.pid('edge-1'), holderPid: bed.pid('room-state-1'), swarm, order },
        bare: { pid: bare.pid, swarm: await swarmOf(theirOrder), order: theirOrder },
        door: { pid: door.pid, swarm: await swarmOf(doorOrder), order: doorOrder },
      },
      say,
    );
    const paced = await offerTwice(swarm, { ...order, tokens: { ...order.tokens, prefix: 'late' } });
    say(
      `offered ${2 * admitted}/s of which ${admitted}/s are let in: ${paced.in} of ${paced.offered} in after ${paced.seconds.toFixed(1)} s`,
    );
    for (const one of swarms) one.close();
    for (const peer of peers) peer.stop();
    await pause(betweenMs);
    const joinRoom = await openRoom(bed, 'joins');
    const joins = await onServersCpu(bed.pid('room-state-1'), (pid) =>
      profiled('room-state', pid, say, () => joinsAtHolder(bed, joinRoom)),
    );
    say(`room-state: ${joins.micros.toFixed(1)} us a join, ${joins.joined} of ${joins.asked}, ${joins.perSecond.toFixed(0)}/s`);
    return {
      figures: {
        'edge CPU a join': atMost(medianMicros(turns.edge), 55, 'us'),
        'edge CPU a join / bare connect': atMost(medianMicros(turns.edge) / medianMicros(turns.bare), undefined, 'ratio'),
        'bare CPU, token checked and as much answered': atMost(medianMicros(turns.door), undefined, 'us'),
        'edge CPU a join / the same of bare': atMost(medianMicros(turns.edge) / medianMicros(turns.door), undefined, 'ratio'),
        'connects a second': atLeast(median(turns.edge.map(({ perSecond }) => perSecond)), undefined, '1/s'),
        'holder CPU a join': atMost(joins.micros, 6, 'us'),
        'messages of a join alone': atMost(joins.messagesMicros, undefined, 'us'),
        'in of offered, twice what is let in': atLeast(paced.in / paced.offered, 1, 'ratio'),
        'timed out': atMost(paced.timedOut, 0, 'count'),
        'until all were in': atMost(paced.seconds, undefined, 's'),
        'refusals a socket': atMost(paced.refusalsASocket, undefined, 'ratio'),
      },
      detail: { turns, paced, joins },
    };
  } finally {
    for (const swarm of swarms) swarm.close();
    for (const peer of peers) peer.stop();
    await bed.stop();
  }
}

/** Then it is beside the clients again: other rows have the same holder. */
async function onServersCpu<T>(pid: number, work: (pid: number) => Promise<T>): Promise<T> {
  if (serverCpu === undefined || clientCpu === undefined) return await work(pid);
  pin(pid, serverCpu);
  try {
    return await work(pid);
  } finally {
    pin(pid, clientCpu);
  }
}

/** Twice what the edge lets in for two seconds, each coming again as it is told. */
async function offerTwice(swarm: Swarm, order: SwarmOrder) {
  const before = await swarm.count();
  const sockets = 4 * admitted;
  await swarm.more({ ...order, sockets, first: 0, perSecond: 2 * admitted, patienceMs });
  const after = await swarm.count();
  return {
    offered: sockets,
    offeredPerSecond: 2 * admitted,
    admittedPerSecond: admitted,
    in: after.open,
    timedOut: after.timedOut,
    failed: after.failed,
    refusalsASocket: (after.refusals - before.refusals) / sockets,
    seconds: after.openMs / 1000,
  };
}

export const stormRow: Row = {
  name: 'storm',
  what: 'connects with token and join by URL into one room of one edge; twice what is let in; joins of synthetic edges at the holder',
  run: storm,
};
