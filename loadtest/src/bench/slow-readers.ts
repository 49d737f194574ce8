import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../machine.js';
import { memoryOf, probedEdge } from '../probe/probe.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, edgeBed, type Bed } from './bed.js';
import { gauge, gaugeReaches } from './gauge.js';
import { openRoom, Speaker } from './room.js';
import { atLeast, atMost, type Row, type RowResult } from './row.js';
import { window, type Window } from './window.js';

const slow = 500;
const others = 4500;
const atOnce = 100;
const shape = { rate: 8, seconds: 3, bytes: 200 };
const rounds = 3;
/** What the edge may keep for all of them: about half of what 500 sockets of 15 KiB would have, so that the bound has work. */
const boundBytes = 4 * 1024 * 1024;
/** Longer than the windows take: half of the slow ones read on before, half are closed for it. */
const slowMs = 23_000;
const closedTooSlow = 'plaza_edge_closed_total{code="4508"}';
/** The kernel takes megabytes for a loopback socket that nobody reads, before anything waits in the edge. */
const flood = { bytes: 4000, leastBytes: 3_000_000, aSecond: 90, stillMs: 1500, mostMs: 60_000 };

type Say = (line: string) => void;

/** Fills the slow sockets' buffers: until the edge writes nothing more to them, whatever is said. */
async function fill(bed: Bed, speaker: Speaker): Promise<void> {
  const startMs = performance.now();
  let [writes, sinceMs] = [-1, startMs];
  for (let said = 0; said * flood.bytes < flood.leastBytes || performance.now() - sinceMs < flood.stillMs; said++) {
    if (performance.now() - startMs > flood.mostMs) throw new Error('the slow sockets took everything');
    speaker.say('.'.repeat(flood.bytes));
    await pause(Math.max(0, startMs + (said * 1000) / flood.aSecond - performance.now()));
    if (said % 25 > 0) continue;
    const now = await gauge(bed, 'edge-1', 'plaza_edge_writes_total');
    if (now > writes) [writes, sinceMs] = [now, performance.now()];
  }
}

const shown = (who: string, { lagMs, serverShare }: Window): string =>
  `${who}: lag of the others p50 ${lagMs.p50.toFixed(0)}, p99 ${lagMs.p99.toFixed(0)} ms, edge ${Math.round(100 * serverShare)} % of a core`;

/** What became of the slow ones. */
interface Fate {
  /** Whom the edge closed for it; who reads on within some seconds sees the code, later the socket is simply gone. */
  readonly tooSlow: number;
  readonly sawTheCode: number;
  readonly open: number;
  /** Times that one was told of its hole. */
  readonly told: number;
  readonly breaks: number;
}

async function fateOf(bed: Bed, swarms: readonly Swarm[]): Promise<Fate> {
  const counts = await Promise.all(swarms.map((swarm) => swarm.count()));
  const sum = (of: (one: (typeof counts)[number]) => number): number => counts.reduce((all, one) => all + of(one), 0);
  return {
    tooSlow: await gauge(bed, 'edge-1', closedTooSlow),
    sawTheCode: sum(({ closedWith }) => closedWith['4508'] ?? 0),
    open: sum(({ open }) => open),
    told: sum(({ told }) => told),
    breaks: sum(({ breaks }) => breaks),
  };
}

/**
 * A tenth of a room's sockets read nothing: what that costs the others, what the edge keeps for them, and what they are told when they read on. Half of
 * them read on in time (patience: PLAZA_EDGE_SLOW_MS), half do not.
 */
async function run(say: Say): Promise<RowResult> {
  const bed = await edgeBed({
    main: probedEdge,
    env: { PLAZA_EDGE_BUFFERED_BYTES: String(boundBytes), PLAZA_EDGE_SLOW_MS: String(slowMs) },
  });
  const swarms: Swarm[] = [];
  try {
    const room = await openRoom(bed, 'slow-readers');
    const [url, elsewhere] = bed.connectUrls as [string, string];
    const order = { url, speech: 'plaza', rooms: [room], atOnce } as const;
    for (const sockets of [slow / 2, slow / 2]) swarms.push(await Swarm.open({ ...order, sockets }, clientCpu));
    const [late, never] = swarms as [Swarm, Swarm];
    const speaker = await Speaker.enter(elsewhere, room);
    await gaugeReaches(bed, 'edge-1', 'plaza_edge_sessions', (joined) => joined === slow);
    const before = await memoryOf(bed.pid('edge-1'));
    for (const swarm of swarms) await swarm.setReading(false);
    await fill(bed, speaker);
    const blockedMs = performance.now();
    const { native } = await memoryOf(bed.pid('edge-1'));
    const buffered = await gauge(bed, 'edge-1', 'plaza_edge_buffered_bytes');
    const addedBytes = native - before.native;
    say(
      `${slow} sockets read nothing: ${(buffered / 1e6).toFixed(1)} MB wait for them, ${(addedBytes / 1e6).toFixed(1)} MB of native memory`,
    );
    swarms.push(await Swarm.open({ ...order, sockets: others, watchEvery: 50 }, clientCpu));
    const reading = swarms[2] as Swarm;
    const measure = (): Promise<Window> => window(reading, bed.pid('edge-1'), shape, (text) => speaker.say(text));
    const inRounds = async (who: string): Promise<Window[]> => {
      const windows: Window[] = [];
      for (let round = 0; round < rounds; round++) {
        windows.push(await measure());
        say(shown(who, windows.at(-1) as Window));
      }
      return windows;
    };
    // The edge has just been started: what comes first is slower than the same later.
    await measure();
    const beside = await inRounds('beside slow readers');
    await late.setReading(true);
    const inTimeMs = performance.now() - blockedMs;
    await pause(Math.max(0, slowMs + 1000 - inTimeMs));
    await gaugeReaches(bed, 'edge-1', closedTooSlow, (closed) => closed >= slow / 2);
    await never.setReading(true);
    const lateBefore = await late.count();
    const alone = await inRounds('without');
    const lateAfter = await late.count();
    const lateShare = (lateAfter.events - lateBefore.events) / (rounds * shape.rate * shape.seconds * lateAfter.open);
    const fate = await fateOf(bed, [late, never]);
    say(`the slow ones: ${JSON.stringify(fate)}; who reads on has ${lateShare.toFixed(2)} of what was said then`);
    if (speaker.refused > 0) throw new Error(`${speaker.refused} messages were not accepted`);
    const ratio = (of: (one: Window) => number): number => median(beside.map(of)) / median(alone.map(of));
    return {
      figures: {
        'lag p50 of the others, with / without': atMost(
          ratio(({ lagMs }) => lagMs.p50),
          1.2,
          'ratio',
        ),
        'lag p99 of the others, with / without': atMost(
          ratio(({ lagMs }) => lagMs.p99),
          1.2,
          'ratio',
        ),
        'waiting bytes / bound': atMost(buffered / boundBytes, 1, 'ratio'),
        'memory for a slow reader': atMost(addedBytes / slow / 1000, undefined, 'KB'),
        'closed with 4508, or told and whole, of the slow': atLeast((fate.tooSlow + Math.min(fate.open, fate.told)) / slow, 1, 'ratio'),
        'messages that who reads on has, of those said then': atLeast(lateShare, 1, 'ratio'),
        'breaks of their chains': atMost(fate.breaks, 0, 'count'),
      },
      detail: { slow, others, shape, boundBytes, slowMs, inTimeMs, buffered, addedBytes, fate, beside, alone },
    };
  } finally {
    for (const swarm of swarms) swarm.close();
    await bed.stop();
  }
}

export const slowReaders: Row = {
  name: 'slow-readers',
  what: '500 of 5,000 sockets do not read: the others, the memory, and what they are told',
  run,
};
