import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { causeOf } from '@plaza/kit';
import type { Cluster } from '@plaza/testkit/cluster';
import { runK6 } from '../k6/run.js';
import { thresholdsOf } from '../k6/summary.js';
import type { SwarmOrder } from '../swarm/order.js';
import { Swarm } from '../swarm/swarm.js';
import { askApi } from '../target.js';
import type { Asked, Mark, Rehearsal, Sample } from './rehearsal.js';
import { Speaker } from './speaker.js';
import { Watcher } from './watcher.js';

/** A cluster to rehearse on. */
export interface Stage {
  readonly urls: readonly string[];
  readonly api: string;
  readonly key: string;
  readonly tokenSecret: string | undefined;
  /** Of a cluster of one's own. */
  readonly processes: Cluster['processes'];
  /** What is done in the middle, in this order; each says when something was done. */
  readonly kills: readonly ((samples: readonly Sample[], mark: (what: string) => void) => Promise<void>)[];
}

export interface RehearsalOrder {
  readonly asked: Asked;
  readonly mixViewers: number;
  /** The path of a k6; undefined: no mix. */
  readonly k6: string | undefined;
  readonly out: string;
  readonly tell: (line: string) => void;
}

const sampleMs = 1000;
/** Who is told to come again does so for as long. */
const patienceMs = 30_000;
const watchedASecond = 20;
/** What was said last still arrives. */
const quietMs = 2500;

/** The whole of it: a crowd comes, is spoken to, loses an edge and a holder, and is counted each second. */
export async function rehearse(stage: Stage, order: RehearsalOrder): Promise<Rehearsal> {
  const { asked, tell } = order;
  const room = `rehearsal-${randomBytes(4).toString('hex')}`;
  await askApi({ api: stage.api, apiKey: stage.key }, 'POST', '/v1/rooms', { room, creator: 'rehearsal-host', anonymousAllowed: true });
  const speaker = new Speaker(() => stage.api, stage.key, room, asked.rate, asked.messageBytes);
  const swarm = await Swarm.open(swarmOrder(stage, asked, room, 0, 1));
  const watcher = new Watcher(stage.processes);
  const [samples, marks]: [Sample[], Mark[]] = [[], []];
  const startMs = performance.now();
  const atS = (): number => (performance.now() - startMs) / 1000;
  const mark = (what: string): void => {
    marks.push({ atS: atS(), what });
    tell(`${atS().toFixed(0)} s: ${what}`);
  };
  const mixed = mix(stage, order, `${room}-mix`);
  try {
    speaker.start();
    const joining = joinAll(swarm, stage, asked, room).then(atS);
    const acting = act(stage, asked, samples, mark, atS);
    while (atS() < asked.seconds) {
      await pause(sampleMs);
      const sample = await watcher.sample(atS, swarm, speaker);
      samples.push(sample);
      tell(lineOf(sample));
    }
    await acting;
    const joinedS = await joining;
    await speaker.stop();
    await pause(quietMs);
    samples.push(await watcher.sample(atS, swarm, speaker));
    const { entered, failed, timedOut } = await swarm.count();
    if (speaker.problem !== '') tell(`the newest answer that was none: ${speaker.problem}`);
    return {
      ...{ asked, samples, marks, givenUp: speaker.givenUp, mixBroken: await mixed },
      allInS: entered >= asked.viewers ? joinedS : undefined,
      failed: { ...failed, ...(timedOut === 0 ? {} : { 'out of patience': timedOut }) },
      there: countOf(stage.processes),
    };
  } finally {
    swarm.close();
  }
}

/** Viewers `first` and so many more. */
const swarmOrder = ({ urls, tokenSecret }: Stage, { joinRate }: Asked, room: string, first: number, sockets: number): SwarmOrder => ({
  url: urls[0] as string,
  urls,
  ...{ speech: 'plaza', comesBack: true, rooms: [room], first, sockets, atOnce: 1, perSecond: joinRate, patienceMs },
  watchEvery: Math.max(1, Math.floor(sockets / watchedASecond)),
  ...(tokenSecret === undefined ? {} : { tokens: { secret: tokenSecret, prefix: `${room}-v` } }),
});

/** A second's worth after the other: the swarm answers between them. Where they are slow to come in, the next are late. */
async function joinAll(swarm: Swarm, stage: Stage, asked: Asked, room: string): Promise<void> {
  for (let first = 1; first < asked.viewers; first += asked.joinRate)
    await swarm.more(swarmOrder(stage, asked, room, first, Math.min(asked.joinRate, asked.viewers - first)));
}

/** At equal distances in what is left behind the joins. */
async function act(
  { kills }: Stage,
  asked: Asked,
  samples: readonly Sample[],
  mark: (what: string) => void,
  atS: () => number,
): Promise<void> {
  const joinsS = asked.viewers / asked.joinRate;
  for (const [index, kill] of kills.entries()) {
    const dueS = joinsS + ((index + 1) * (asked.seconds - joinsS)) / (kills.length + 1);
    await pause(Math.max(0, 1000 * (dueS - atS())));
    await kill(samples, mark).catch((error: unknown) => mark(`this did not work: ${causeOf(error)}`));
  }
}

/** What was not kept of the mix's thresholds. */
async function mix(stage: Stage, { k6, asked, mixViewers, out }: RehearsalOrder, name: string): Promise<readonly string[]> {
  if (k6 === undefined || mixViewers === 0) return [];
  const rampS = 2;
  const env = {
    PLAZA_K6_URLS: stage.urls.join(','),
    PLAZA_K6_API: stage.api,
    PLAZA_K6_KEY: stage.key,
    ...(stage.tokenSecret === undefined ? {} : { PLAZA_K6_TOKEN_SECRET: stage.tokenSecret }),
    PLAZA_K6_NAME: name,
    PLAZA_K6_SOCKETS: String(mixViewers),
    PLAZA_K6_JOIN_RATE: String(Math.max(1, Math.ceil(mixViewers / rampS))),
    PLAZA_K6_SECONDS: String(asked.seconds - rampS),
    PLAZA_K6_PAUSE_P95: String(asked.pauseMs),
  };
  try {
    const { summary, lines } = await runK6({ k6, scenario: 'rehearsal', env, out });
    if (summary === undefined) return [`k6 did not run: ${lines.at(-1) ?? ''}`];
    return thresholdsOf(summary).flatMap(({ ok, metric, threshold }) => (ok ? [] : [`${metric} ${threshold}`]));
  } catch (error) {
    return [`k6 did not run: ${causeOf(error)}`];
  }
}

const countOf = (processes: Cluster['processes']): Rehearsal['there'] => {
  const count = (kind: string): number => processes.filter((process) => process.kind === kind).length;
  return processes.length === 0 ? undefined : { edges: count('edge'), holders: count('room-state') };
};

function lineOf({ atS, open, lagP99, accepted, breaks, told, machineBusy }: Sample): string {
  const lag = lagP99 === null ? '' : `, lag p99 ${Math.round(lagP99)} ms`;
  return `${atS.toFixed(0)} s: ${open.toLocaleString('en')} in, ${accepted} accepted${lag}, ${breaks + told} holes, machine ${Math.round(100 * machineBusy)} %`;
}
