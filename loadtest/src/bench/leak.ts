import { memoryOf, probedEdge, type UserMemory } from '../probe/probe.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, edgeBed, tokenSecret, type Bed } from './bed.js';
import { gaugeReaches } from './gauge.js';
import { growthOf, type Growth } from './growth.js';
import { numberOf } from './options.js';
import { openRoom, Speaker } from './room.js';
import { atMost, type Figure, type Row, type RowResult } from './row.js';

/** Of one cycle: they come, hear a few messages, and go without a word. */
const cycle = { sockets: 1000, rooms: 20, messages: 5 };
const atOnce = 100;
/** Also where a busy machine has not done as many in the time. */
const fewest = 8;
const sayEveryMs = 60_000;
/** A tenth of what a session of 1.4 KB that nobody lets go would be. */
const mostBytesAThousand = 140_000;
/** Tables are full after some 250,000 joins: a shorter run can tell that no whole session is left, not that nothing grows. */
const growthMinutes = 20;

type Say = (line: string) => void;
type Sampled = UserMemory & { readonly joins: number };

async function cycleOf(bed: Bed, rooms: readonly string[], speakers: readonly Speaker[], first: number): Promise<void> {
  const url = bed.connectUrls[0] as string;
  const { sockets } = cycle;
  const swarm = await Swarm.open(
    { url, speech: 'plaza', rooms, sockets, first, atOnce, tokens: { secret: tokenSecret, prefix: 'leak' } },
    clientCpu,
  );
  try {
    for (let i = 0; i < cycle.messages; i++) for (const speaker of speakers) speaker.say('to whoever is here');
    await gaugeReaches(bed, 'edge-1', 'plaza_edge_sessions', (joined) => joined === sockets);
    const { open, failed, breaks, told } = await swarm.count();
    if (open < sockets || breaks > 0 || told > 0) throw new Error(`not a clean cycle: ${JSON.stringify({ open, failed, breaks, told })}`);
  } finally {
    swarm.close();
  }
  await gaugeReaches(bed, 'edge-1', 'plaza_edge_connections', (open) => open === 0);
}

const shown = ({ joins, heap, native }: Sampled): string =>
  `after ${joins} joins and leaves: ${(heap / 1e6).toFixed(2)} MB of objects, ${(native / 1e6).toFixed(1)} MB of malloc's arena`;

/** Joins and leaves, each of a new account, into the same rooms, and after each cycle what is left when nobody is there. */
async function run(minutes: number, say: Say): Promise<RowResult> {
  const bed = await edgeBed({ main: probedEdge });
  const speakers: Speaker[] = [];
  const samples: Sampled[] = [];
  try {
    const rooms = await Promise.all(Array.from({ length: cycle.rooms }, (_, i) => openRoom(bed, `leak-${i}`)));
    for (const room of rooms) speakers.push(await Speaker.enter(bed.connectUrls[1] as string, room));
    const [startMs, endMs] = [performance.now(), performance.now() + minutes * 60_000];
    for (let joins = 0, saidMs = startMs; performance.now() < endMs || samples.length < fewest;) {
      await cycleOf(bed, rooms, speakers, joins);
      joins += cycle.sockets;
      const sample = { joins, ...(await memoryOf(bed.pid('edge-1'))) };
      samples.push(sample);
      if (performance.now() - saidMs < sayEveryMs) continue;
      saidMs = performance.now();
      say(shown(sample));
    }
    say(shown(samples.at(-1) as Sampled));
    return told(minutes, samples);
  } finally {
    for (const speaker of speakers) speaker.leave();
    await bed.stop();
  }
}

function told(minutes: number, samples: readonly Sampled[]): RowResult {
  const of = (what: keyof UserMemory): Growth => growthOf(samples.map(({ joins, [what]: bytes }) => ({ joins, bytes })));
  const [heap, native] = [of('heap'), of('native')];
  const growth = ({ ratio, allowed }: Growth): Figure =>
    atMost(ratio, minutes < growthMinutes ? undefined : Number(allowed.toFixed(4)), 'ratio');
  return {
    figures: {
      'heap, last quarter / second': growth(heap),
      'native memory, last quarter / second': growth(native),
      'heap, bytes a thousand joins': atMost(heap.bytesAThousandJoins, mostBytesAThousand, 'bytes'),
      'native memory, bytes a thousand joins': atMost(native.bytesAThousandJoins, undefined, 'bytes'),
    },
    detail: { minutes, cycle, joins: samples.at(-1)?.joins ?? 0, heap, native, samples },
  };
}

const leakOf = (name: string, minutes: (full: boolean) => number, long: boolean): Row => ({
  name,
  what: 'joins and leaves of ever new accounts: what is left in the edge when nobody is there',
  long,
  run: (say, full) => run(numberOf('PLAZA_BENCH_LEAK_MINUTES', minutes(full)), say),
});

export const leak = leakOf('leak', (full) => (full ? 2 : 0.3), false);
export const leakHour = leakOf('leak-hour', () => 60, true);
