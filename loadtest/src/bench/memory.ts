import { startPeer } from '../peers/peer.js';
import { memoryOf, probedEdge, type UserMemory } from '../probe/probe.js';
import { Swarm } from '../swarm/swarm.js';
import type { SwarmOrder } from '../swarm/order.js';
import { clientCpu, edgeBed, serverCpu, tokenSecret } from './bed.js';
import { gaugeReaches } from './gauge.js';
import { openRoom } from './room.js';
import { atMost, type Row, type RowResult } from './row.js';

const sockets = 7000;
/** Come first, and are not counted: whatever a process allocates once. */
const warm = 500;
const atOnce = 100;
const bytesAKilobyte = 1000;

type Say = (line: string) => void;

/** More sockets for a process, and what each of them added to its memory, in KB. */
async function addedBy(
  pid: number,
  swarm: Swarm,
  order: SwarmOrder,
  settled: () => Promise<unknown> = () => Promise.resolve(),
): Promise<UserMemory> {
  const [before, openBefore] = [await memoryOf(pid), (await swarm.count()).open];
  await swarm.more(order);
  const { open, failed } = await swarm.count();
  if (open - openBefore !== order.sockets) throw new Error(`${open} sockets are open: ${JSON.stringify(failed)}`);
  await settled();
  const after = await memoryOf(pid);
  const each = (what: keyof UserMemory): number => (after[what] - before[what]) / order.sockets / bytesAKilobyte;
  return { heap: each('heap'), native: each('native') };
}

const shown = (who: string, { heap, native }: UserMemory): string =>
  `${who}: ${(heap + native).toFixed(2)} KB of user memory, ${heap.toFixed(2)} KB of it objects of JavaScript`;
const all = ({ heap, native }: UserMemory): number => heap + native;

/**
 * What a socket and a session add to the user memory of an edge: objects after garbage collections, and the resident part of malloc's arena. Sockets with
 * a token that are in no room, then as many that join one; beside it as many at bare uWebSockets. What the kernel keeps for a socket is not in it.
 */
async function run(say: Say): Promise<RowResult> {
  const bed = await edgeBed({ main: probedEdge });
  const bare = await startPeer('bare', 'bare', serverCpu);
  const swarms: Swarm[] = [];
  try {
    const rooms = [await openRoom(bed, 'memory')];
    const plaza = { url: bed.connectUrls[0] as string, speech: 'plaza', atOnce } as const;
    const tokens = (prefix: string): NonNullable<SwarmOrder['tokens']> => ({ secret: tokenSecret, prefix });
    const other = { url: bare.url, speech: 'bare', atOnce } as const;
    swarms.push(await Swarm.open({ ...plaza, rooms, sockets: warm, tokens: tokens('warm') }, clientCpu));
    swarms.push(await Swarm.open({ ...other, sockets: warm }, clientCpu));
    const [ours, theirs] = swarms as [Swarm, Swarm];
    const idle = await addedBy(bed.pid('edge-1'), ours, { ...plaza, sockets, tokens: tokens('idle') });
    say(shown('an idle socket at the edge', idle));
    const joined = await addedBy(bed.pid('edge-1'), ours, { ...plaza, rooms, sockets, tokens: tokens('joined') }, () =>
      gaugeReaches(bed, 'edge-1', 'plaza_edge_sessions', (sessions) => sessions === warm + sockets),
    );
    say(shown('a joined one', joined));
    const bareSocket = await addedBy(bare.pid, theirs, { ...other, sockets });
    say(shown('one at bare uWebSockets', bareSocket));
    return {
      figures: {
        'user memory of a joined session': atMost(all(joined), 1.6, 'KB'),
        'user memory of an idle socket': atMost(all(idle), undefined, 'KB'),
        'user memory of a bare socket': atMost(all(bareSocket), undefined, 'KB'),
        'joined session / bare socket': atMost(all(joined) / all(bareSocket), undefined, 'ratio'),
      },
      detail: { sockets, idle, joined, bare: bareSocket },
    };
  } finally {
    for (const swarm of swarms) swarm.close();
    bare.stop();
    await bed.stop();
  }
}

export const memory: Row = { name: 'memory', what: 'user memory of an edge for each idle socket and each joined session', run };
