import { median } from '../machine.js';
import { profiled } from '../profile/profiled.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu } from './bed.js';
import type { Subject } from './subject.js';
import { window, type Rate, type Window } from './window.js';

export interface Shape extends Rate {
  readonly sockets: number;
  readonly rounds: number;
  /** Ours once more at this rate, so low that each message has a write of its own: what a write costs, and what a message in it, can be told apart. */
  readonly sparseRate?: number;
  /** How long both are warmed up at the rate; absent: ours, for 2 s. */
  readonly warmSeconds?: number;
}

/** What both did, round by round. */
export interface Turns {
  readonly rounds: readonly { readonly ours: Window; readonly theirs: Window }[];
  readonly theirRate: number;
  readonly sparse?: Window;
}

/** A rate for the other one, who may need another to have time left. */
export type FindRate = (wanted: Rate, measure: (rate: Rate) => Promise<Window>) => Promise<Rate>;
export const sameRate: FindRate = (rate) => Promise.resolve(rate);

const atOnce = 100;
const watchEvery = 50;
const defaultWarmSeconds = 2;
type Say = (line: string) => void;

/** Two servers with as many sockets, messages and bytes, in turns of the same run. Throws where a message was not accepted. */
export async function inTurns(ours: Subject, theirs: Subject, shape: Shape, say: Say, findRate: FindRate = sameRate): Promise<Turns> {
  const swarms: Swarm[] = [];
  const listen = async ({ url, speech, rooms }: Subject): Promise<Swarm> => {
    const swarm = await Swarm.open({ url, speech, rooms, sockets: shape.sockets, atOnce, watchEvery }, clientCpu);
    swarms.push(swarm);
    return swarm;
  };
  try {
    const [here, there] = [await listen(ours), await listen(theirs)];
    const measure = (rate: Rate): Promise<Window> => window(here, ours.pid, rate, (text) => ours.publish(text));
    const measureTheirs = (rate: Rate): Promise<Window> => window(there, theirs.pid, rate, (text) => theirs.publish(text));
    const { bytesADelivery } = await measure({ ...shape, seconds: shape.warmSeconds ?? defaultWarmSeconds });
    if (shape.warmSeconds !== undefined) await measureTheirs({ ...shape, seconds: shape.warmSeconds });
    const theirRate = await findRate(
      { ...shape, ...(theirs.speech === 'plaza' ? {} : { bytes: Math.round(bytesADelivery) }) },
      measureTheirs,
    );
    const sparse = shape.sparseRate === undefined ? undefined : await measure({ ...shape, rate: shape.sparseRate });
    if (sparse !== undefined) say(`${shown(ours.name, sparse)}, at ${shape.sparseRate} messages a second`);
    const rounds: Turns['rounds'][number][] = [];
    for (let round = 0; round < shape.rounds; round++) {
      const first = await (round === 0 && ours.name === 'edge' ? profiled('edge', ours.pid, say, () => measure(shape)) : measure(shape));
      say(shown(ours.name, first));
      const second = await measureTheirs(theirRate);
      say(shown(theirs.name, second));
      rounds.push({ ours: first, theirs: second });
    }
    if (ours.refused() + theirs.refused() > 0) throw new Error(`${ours.refused() + theirs.refused()} messages were not accepted`);
    return { rounds, theirRate: theirRate.rate, ...(sparse === undefined ? {} : { sparse }) };
  } finally {
    for (const swarm of swarms) swarm.close();
  }
}

/** The middle of a figure of one of the two over the rounds. */
export const medianOf = ({ rounds }: Turns, of: (window: Window) => number): number => median(rounds.map(({ ours }) => of(ours)));

/** The middle of the rounds' ratios, ours to theirs. */
export const ratioOf = ({ rounds }: Turns, of: (window: Window) => number): number =>
  median(rounds.map(({ ours, theirs }) => of(ours) / of(theirs)));

const shown = (
  who: string,
  { serverMicrosADelivery, serverShare, framesASocket, swarmMicrosAFrame, serverMicrosAFrame, lagMs }: Window,
): string =>
  `${who}: ${serverMicrosADelivery.toFixed(2)} us a delivery, ${Math.round(100 * serverShare)} % of a core, ${framesASocket.toFixed(1)} frames a socket of ` +
  `${serverMicrosAFrame.toFixed(1)} us (swarm ${swarmMicrosAFrame.toFixed(1)}), lag p99 ${lagMs.p99.toFixed(0)} ms`;
