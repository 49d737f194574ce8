import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicros, median } from '../machine.js';
import { profiled } from '../profile/profiled.js';
import type { SwarmOrder } from '../swarm/order.js';
import type { Swarm } from '../swarm/swarm.js';

/** A server that sockets come to, and the swarm that they come from. */
export interface Door {
  readonly pid: number;
  /** A holder whose CPU is told as well. */
  readonly holderPid?: number;
  readonly swarm: Swarm;
  readonly order: SwarmOrder;
}

export interface ConnectRound {
  /** CPU of the server a socket that came in. */
  readonly micros: number;
  readonly perSecond: number;
  /** Of a core. */
  readonly share: number;
  readonly holderMicros: number;
  readonly swarmMicros: number;
}

/** The compiler of the server is done with what a connect calls after some ten thousand of them, not sooner: the first three rounds cost twice the later ones. */
const warmUps = 4;
const rounds = 3;
/** Until everybody's leave has been told and the edge's door takes a whole second's connects again. */
export const betweenMs = 1500;
/** Who has no door that lets so many in a second only waits until all are gone. */
const bareBetweenMs = 300;

export interface ConnectTurns {
  readonly edge: readonly ConnectRound[];
  /** uWebSockets alone. */
  readonly bare: readonly ConnectRound[];
  /** The same with a check of the token and as many writes as an edge's. */
  readonly door: readonly ConnectRound[];
}

/** All sockets of the order as fast as the clients can, again and again; an edge and two other servers in turns. Throws where one did not get in. */
export async function inTurnsConnect(
  { edge: ours, ...others }: Readonly<Record<keyof ConnectTurns, Door>>,
  say: (line: string) => void,
): Promise<ConnectTurns> {
  const kept: Record<keyof ConnectTurns, ConnectRound[]> = { edge: [], bare: [], door: [] };
  for (let i = 0; i < warmUps + rounds; i++) {
    const warms = i < warmUps;
    const our = await connects(ours, i, betweenMs);
    say(`edge: ${shown(our)}${warms ? ' (warms up)' : ''}`);
    if (!warms) kept.edge.push(our);
    // The others have less to compile.
    if (i < warmUps - 2) continue;
    for (const name of ['bare', 'door'] as const) {
      const their = await connects(others[name], i, name === 'bare' ? bareBetweenMs : betweenMs);
      if (warms) continue;
      say(`${name}: ${shown(their)}`);
      kept[name].push(their);
    }
  }
  // Beside the rounds that count: a profiler takes its share.
  await profiled('edge', ours.pid, say, () => connects(ours, warmUps + rounds, betweenMs));
  return kept;
}

export const medianMicros = (all: readonly ConnectRound[]): number => median(all.map(({ micros }) => micros));

async function connects({ pid, holderPid, swarm, order }: Door, number: number, restMs: number): Promise<ConnectRound> {
  const used = (): readonly [number, number] => [cpuMicros(pid), holderPid === undefined ? 0 : cpuMicros(holderPid)];
  const before = await swarm.count();
  const [server, holder] = used();
  await swarm.more({ ...order, first: number * order.sockets });
  const [serverAfter, holderAfter] = used();
  const after = await swarm.count();
  const came = after.entered - before.entered;
  if (came !== order.sockets) throw new Error(`${came} of ${order.sockets} came in: ${JSON.stringify(after.failed)}`);
  await swarm.closeSome(1);
  await pause(restMs);
  return {
    micros: (serverAfter - server) / came,
    perSecond: (1000 * came) / after.openMs,
    share: (serverAfter - server) / 1000 / after.openMs,
    holderMicros: (holderAfter - holder) / came,
    swarmMicros: (after.cpuMicros - before.cpuMicros) / came,
  };
}

const shown = ({ micros, perSecond, share }: ConnectRound): string =>
  `${micros.toFixed(1)} us a connect, ${perSecond.toFixed(0)}/s, ${Math.round(100 * share)} % of a core`;
