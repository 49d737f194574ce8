import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicros, percentile } from '../machine.js';
import { startPeer } from '../peers/peer.js';
import { profiled } from '../profile/profiled.js';
import { Swarm } from '../swarm/swarm.js';
import { clientCpu, clusterBed, serverCpu, stopReaders, tokenSecret, type Bed } from './bed.js';
import { openRoom } from './room.js';
import { atLeast, atMost, type Figure, type Row, type RowResult } from './row.js';

interface Shape {
  readonly name: string;
  readonly rooms: number;
  readonly sockets: number;
  /** Messages a second, one step after the other while they are kept; the first only warms up. Where the second is not kept, half of it is tried. */
  readonly steps: readonly number[];
  readonly target: number;
  /** Of a step that was not kept: a major collection or a compilation falls into one window and not into the next. */
  readonly tries: number;
  /** Of the first step. Code that has run a few thousand times is some times slower than later: it lasts until the compiler has done its work. */
  readonly warmSeconds: number;
}

const oneRoom: Shape = {
  name: 'one room',
  rooms: 1,
  sockets: 5000,
  steps: [2000, 2000, 5000, 8000, 10_000, 12_000, 15_000, 20_000],
  target: 20_000,
  tries: 3,
  warmSeconds: 6,
};
const manyRooms: Shape = {
  name: '1,000 rooms',
  rooms: 1000,
  sockets: 5000,
  steps: [1000, 1000, 2000, 3000, 4000, 5000, 8000, 15_000],
  target: 15_000,
  tries: 3,
  warmSeconds: 6,
};
/** What three NATS servers do is told beside it: fewer steps, unless there is time. */
const brief = (shape: Shape): Shape => ({ ...shape, steps: shape.steps.slice(0, 2), tries: 2, warmSeconds: 4 });
const observers = 10;
const bytes = 100;
const seconds = 3;
const mostMs = 100;
/** Between two steps; who is told of a hole in it is told for the one before. */
const restMs = 300;
const roomsAtOnce = 64;

interface Step {
  readonly perSecond: number;
  readonly acceptedPerSecond: number;
  readonly sent: number;
  readonly accepted: number;
  readonly others: Readonly<Record<string, number>>;
  /** Times that a socket was told that messages are missing: its edge did not keep up. */
  readonly holes: number;
  readonly replyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** CPU an accepted message. */
  readonly micros: Readonly<Record<'edge' | 'holder' | 'nats' | 'swarm', number>>;
  /** Of a core. */
  readonly edgeShare: number;
}

type Say = (line: string) => void;

const isKept = ({ sent, accepted, holes, replyMs }: Step): boolean => accepted === sent && holes === 0 && replyMs.p99 < mostMs;

async function openRooms(api: Parameters<typeof openRoom>[0], { rooms, name }: Shape): Promise<string[]> {
  const opened: string[] = [];
  const left = Array.from({ length: rooms }, (_, i) => i).values();
  const lane = async (): Promise<void> => {
    for (const i of left) opened.push(await openRoom(api, `${name.replace(/\W/g, '')}-${i}`));
  };
  await Promise.all(Array.from({ length: roomsAtOnce }, lane));
  return opened;
}

/** Whoever is on the way of a message, and what of it. */
function usedBy(bed: Bed): Record<'edge' | 'holder' | 'nats', number> {
  const nats = bed.cluster.engines.nats?.servers ?? [];
  return {
    edge: cpuMicros(bed.pid('edge-1')),
    holder: cpuMicros(bed.pid('room-state-1')),
    nats: nats.reduce((sum, { pid }) => sum + cpuMicros(pid), 0),
  };
}

async function step(bed: Bed, swarm: Swarm, listeners: Swarm, perSecond: number, forSeconds: number): Promise<Step> {
  const holesTold = async (): Promise<number> => (await swarm.count()).told + (await listeners.count()).told;
  const [holesBefore, before] = [await holesTold(), usedBy(bed)];
  const {
    sent,
    accepted,
    others,
    tookMs,
    replyMs,
    cpuMicros: swarmMicros,
  } = await swarm.talk({
    ...{ perSecond, seconds: forSeconds, text: 'x'.repeat(bytes), audience: 'observer' },
  });
  const after = usedBy(bed);
  await pause(restMs);
  const holes = await holesTold();
  const each = (micros: number): number => Number((micros / accepted).toFixed(2));
  return {
    perSecond,
    acceptedPerSecond: Math.round((1000 * accepted) / tookMs),
    sent,
    accepted,
    others,
    holes: holes - holesBefore,
    replyMs: { p50: percentile(replyMs, 50), p99: percentile(replyMs, 99), max: percentile(replyMs, 100) },
    micros: {
      edge: each(after.edge - before.edge),
      holder: each(after.holder - before.holder),
      nats: each(after.nats - before.nats),
      swarm: each(swarmMicros),
    },
    edgeShare: (after.edge - before.edge) / 1000 / tookMs,
  };
}

const told = ({ perSecond, acceptedPerSecond, holes, replyMs, micros }: Step): string =>
  `${perSecond}/s: ${acceptedPerSecond}/s accepted, p50 ${replyMs.p50} ms, p99 ${replyMs.p99} ms${holes > 0 ? `, ${holes} holes told` : ''}; us a message: edge ${micros.edge}, ` +
  `holder ${micros.holder}, nats ${micros.nats}, swarm ${micros.swarm}`;

const profiledStep = 2;
const bothProfiled = <T>(bed: Bed, say: Say, work: () => Promise<T>): Promise<T> =>
  profiled('edge', bed.pid('edge-1'), say, () => profiled('room-state', bed.pid('room-state-1'), say, work));

/** Faster and faster while all is accepted in time and nobody is told of a hole, in one of some tries. Throws where a socket was closed or saw a break. */
async function climb(bed: Bed, shape: Shape, rooms: readonly string[], say: Say): Promise<Step[]> {
  const tokens = { secret: tokenSecret, prefix: 'guest' };
  const [url, elsewhere] = bed.connectUrls as [string, string];
  const order = { speech: 'plaza', rooms, atOnce: 100 } as const;
  const swarm = await Swarm.open({ ...order, url, tokens, sockets: shape.sockets, talks: true }, serverCpu, 1);
  const listeners = await Swarm.open(
    { ...order, url: elsewhere, tokens: { ...tokens, prefix: 'observer', tags: ['observer'] }, sockets: observers },
    clientCpu,
  );
  const steps: Step[] = [];
  try {
    const tried = async (perSecond: number, i: number): Promise<boolean> => {
      const work = (): Promise<Step> => step(bed, swarm, listeners, perSecond, i === 0 ? shape.warmSeconds : seconds);
      for (let left = i === 0 ? 1 : shape.tries; left > 0; left--) {
        const one = await (i === profiledStep ? bothProfiled(bed, say, work) : work());
        say(`${shape.name}, ${told(one)}`);
        steps.push(one);
        if (isKept(one)) return true;
      }
      return i === 0;
    };
    for (const [i, perSecond] of shape.steps.entries()) {
      if (await tried(perSecond, i)) continue;
      if (i === 1) await tried(perSecond / 2, i);
      break;
    }
    for (const each of [swarm, listeners]) {
      const { breaks, closed, failed } = await each.count();
      if (breaks + closed + Object.keys(failed).length > 0)
        throw new Error(`not a clean run: ${JSON.stringify({ breaks, closed, failed })}`);
    }
    return steps;
  } finally {
    swarm.close();
    listeners.close();
  }
}

interface BareStep {
  readonly perSecond: number;
  readonly micros: number;
  readonly swarmMicros: number;
  readonly kept: boolean;
}

/** Of bare uWebSockets; the first only warms up. */
const answerSteps = [5000, 5000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000];
const answerSeconds = 2;

async function bareStep(pid: number, swarm: Swarm, perSecond: number, say: Say): Promise<BareStep> {
  const before = cpuMicros(pid);
  const talked = await swarm.talk({ perSecond, seconds: answerSeconds, text: 'x'.repeat(bytes), audience: 'observer' });
  const { sent, accepted, tookMs, replyMs } = talked;
  const each = (micros: number): number => Number((micros / accepted).toFixed(2));
  const [micros, swarms, p99] = [each(cpuMicros(pid) - before), each(talked.cpuMicros), percentile(replyMs, 99)];
  const answered = Math.round((1000 * accepted) / tookMs);
  say(`bare answers, ${perSecond}/s: ${answered}/s, p99 ${p99} ms; us a message: server ${micros}, swarm ${swarms}`);
  return { perSecond: answered, micros, swarmMicros: swarms, kept: accepted === sent && p99 < mostMs };
}

/** The same messages to bare uWebSockets, which answers each at once: what the clients and the sockets of one CPU can do at most. By the rules of `climb`. */
async function bareAnswers(say: Say): Promise<BareStep> {
  const bare = await startPeer('answers', 'plaza', serverCpu);
  const swarm = await Swarm.open(
    { speech: 'plaza', url: bare.url, rooms: ['room'], atOnce: 100, sockets: oneRoom.sockets, talks: true },
    serverCpu,
    1,
  );
  try {
    let best = await bareStep(bare.pid, swarm, answerSteps[0]!, say);
    for (const perSecond of answerSteps.slice(1)) {
      let one = await bareStep(bare.pid, swarm, perSecond, say);
      for (let left = oneRoom.tries - 1; left > 0 && !one.kept; left--) one = await bareStep(bare.pid, swarm, perSecond, say);
      if (!one.kept) break;
      best = one;
    }
    const { closed, failed } = await swarm.count();
    if (closed > 0 || Object.keys(failed).length > 0)
      throw new Error(`bare uWebSockets: not a clean run: ${JSON.stringify({ best, closed, failed })}`);
    return best;
  } finally {
    swarm.close();
    bare.stop();
  }
}

/** All shapes on one cluster. */
async function run(natsServers: 1 | 3, shapes: readonly Shape[], say: Say): Promise<readonly (readonly Step[])[]> {
  const opened: { readonly shape: Shape; readonly rooms: readonly string[] }[] = [];
  // Of its own: a holder that 100,000 sessions came to and left before is a fifth slower.
  const bed = await clusterBed(['edge-1'], { natsServers }, async (api) => {
    for (const shape of shapes) opened.push({ shape, rooms: await openRooms(api, shape) });
  });
  try {
    await stopReaders(bed);
    const climbed = [];
    for (const { shape, rooms } of opened) climbed.push(await climb(bed, shape, rooms, (line) => say(`R${natsServers}, ${line}`)));
    return climbed;
  } finally {
    await bed.stop();
  }
}

/** Beside what bare uWebSockets answers in the same run. */
const besideBare = (accepted: Figure | undefined, bare: number): Figure => atLeast((accepted?.value ?? 0) / bare, undefined, 'ratio');

/** Without a mark: over 1,000 rooms at R1, which is what capacity is reckoned with: the dearer shape. */
function figuresOf(steps: readonly Step[], mark: string, target?: number): Record<string, Figure> {
  const best = steps.slice(1).filter(isKept).at(-1);
  const [busiest] = [...steps].sort((a, b) => b.acceptedPerSecond - a.acceptedPerSecond);
  const shown = (best ?? busiest)!;
  const figures: Record<string, Figure> = {
    'accepted a second': atLeast(best?.acceptedPerSecond ?? 0, target, '1/s'),
    'reply p99': atMost(shown.replyMs.p99, target && mostMs, 'ms'),
    'edge CPU a message': atMost(shown.micros.edge, undefined, 'us'),
    'holder CPU a message': atMost(shown.micros.holder, undefined, 'us'),
    'nats-server CPU a message': atMost(shown.micros.nats, undefined, 'us'),
    'swarm CPU / edge CPU': atMost(shown.micros.swarm / shown.micros.edge, 1, 'ratio'),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name + mark, figure]));
}

async function send(say: Say, full: boolean): Promise<RowResult> {
  const shapes = [oneRoom, manyRooms];
  const bare = await bareAnswers(say);
  const [one, many] = (await run(1, shapes, say)) as [Step[], Step[]];
  const [one3, many3] = (await run(3, full ? shapes : shapes.map(brief), say)) as [Step[], Step[]];
  const ofOne = figuresOf(one, ', one room', oneRoom.target);
  const ofMany = figuresOf(many, '', manyRooms.target);
  return {
    figures: {
      ...ofOne,
      'accepted a second / bare answers, one room': besideBare(ofOne['accepted a second, one room'], bare.perSecond),
      ...ofMany,
      'accepted a second / bare answers': besideBare(ofMany['accepted a second'], bare.perSecond),
      ...figuresOf(one3, ', one room, R3'),
      ...figuresOf(many3, ', R3'),
    },
    detail: {
      pinned:
        'edge-1 and its clients on CPU 0; holder, nats-server, the other edge and the observers on CPU 1: as even as two CPUs can be had',
      shapes,
      seconds,
      bytes,
      observers,
      bare,
      r1: { one, many },
      r3: { one: one3, many: many3 },
    },
  };
}

export const sendRow: Row = {
  name: 'send',
  what: 'messages of 100 bytes into one room and over 1,000, for ten observers; faster and faster while all are accepted within 100 ms (p99)',
  run: send,
};
