import { planFor, plannedShare, type Costs, type Plan } from '../capacity/model.js';
import { percentile } from '../machine.js';
import type { Asked, Mark, Rehearsal, Sample } from './rehearsal.js';

/** A promise of the rehearsal, and what came of it. */
export interface Limit {
  readonly name: 'joins' | 'lag' | 'pause' | 'accepted' | 'lost' | 'processor' | 'mix';
  readonly promised: string;
  readonly measured: string;
  readonly ok: boolean;
  /** When it was first not kept, seconds; undefined: it was kept, or it shows only at the end. */
  readonly sinceS: number | undefined;
}

export interface Verdict {
  /** `not known`: something was not kept, and the machine of the crowd was full: it may have been that. */
  readonly fits: 'fits' | 'does not fit' | 'not known';
  readonly limits: readonly Limit[];
  /** The one that was met first. */
  readonly first: Limit | undefined;
  /** In words, one a line; empty where it fits with one edge and one holder to lose. */
  readonly add: readonly string[];
  /** Of the formulae; undefined: no number of edges is enough. */
  readonly plan: Plan | undefined;
}

/** After a kill a room stands still for a while: that is a pause, and lag is not asked. */
const healingS = 20;
/** One slow second is a collection of garbage; so many in a row are a limit. */
const secondsInARow = 3;
const fullProcess = 0.9;
const fullMachine = 0.95;
/** How much longer than asked for all may take to come in. */
const joinSlack = 1.25;
const joinSlackS = 3;

export function verdictOf(run: Rehearsal, costs: Costs): Verdict {
  const limits = [joins(run), lag(run), pause(run), accepted(run), lost(run), processor(run), mix(run)];
  const broken = limits.filter(({ ok }) => !ok);
  const [first] = [...broken].sort((a, b) => (a.sinceS ?? run.asked.seconds) - (b.sinceS ?? run.asked.seconds));
  const plan = planOf(run.asked, costs);
  const fits = first === undefined ? 'fits' : isMachineFull(run.samples) ? 'not known' : 'does not fit';
  return { fits, limits, first, plan, add: additions(run, plan, fits) };
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const ms = (value: number): string => `${count(value)} ms`;

function joins({ asked, allInS, failed, samples }: Rehearsal): Limit {
  const wantedS = (asked.viewers / asked.joinRate) * joinSlack + joinSlackS;
  const most = Math.max(0, ...samples.map(({ open }) => open));
  const out = Object.entries(failed).map(([cause, n]) => `${n} ${cause}`);
  const measured =
    allInS === undefined
      ? `${count(most)} in${out.length === 0 ? '' : `; not let in: ${out.join(', ')}`}`
      : `all in after ${allInS.toFixed(1)} s`;
  const ok = allInS !== undefined && allInS <= wantedS;
  return {
    name: 'joins',
    promised: `${count(asked.viewers)} viewers in within ${wantedS.toFixed(1)} s`,
    measured,
    ok,
    sinceS: ok ? undefined : wantedS,
  };
}

function lag({ asked, samples, marks }: Rehearsal): Limit {
  const calm = samples.filter(({ atS }) => !isHealing(atS, marks));
  const late = runOf(calm, ({ lagP99 }) => lagP99 !== null && lagP99 > asked.lagMs);
  const known = calm.flatMap(({ lagP99 }) => (lagP99 === null ? [] : [lagP99]));
  const measured =
    known.length === 0
      ? 'nothing came'
      : `p99 ${ms(percentile(known, 50))} in the middle second, ${ms(percentile(known, 100))} in the worst`;
  const ok = late === undefined && known.length > 0;
  return { name: 'lag', promised: `p99 of a second at most ${ms(asked.lagMs)}, kills aside`, measured, ok, sinceS: late };
}

function pause({ asked, samples, marks }: Rehearsal): Limit {
  const pauses = samples.flatMap(({ pausesMs }) => pausesMs);
  const away = asked.viewers - (samples.at(-1)?.open ?? 0);
  const p99 = pauses.length === 0 ? 0 : percentile(pauses, 99);
  const measured = `${count(pauses.length)} came back, p50 ${ms(pauses.length === 0 ? 0 : percentile(pauses, 50))}, p99 ${ms(p99)}${away > 0 ? `; ${count(away)} are away at the end` : ''}`;
  const ok = p99 <= asked.pauseMs && away <= 0;
  return {
    name: 'pause',
    promised: `who lost an edge is back, p99 within ${ms(asked.pauseMs)}`,
    measured,
    ok,
    sinceS: ok ? undefined : marks[0]?.atS,
  };
}

function accepted({ givenUp, samples }: Rehearsal): Limit {
  const all = samples.reduce((sum, sample) => sum + sample.accepted, 0);
  const unknown = samples.reduce((sum, { unavailable }) => sum + unavailable, 0);
  const measured = `${count(all)} accepted, ${count(givenUp)} not; ${count(unknown)} times asked again`;
  return {
    name: 'accepted',
    promised: 'each message is accepted, at the latest when it is sent again',
    measured,
    ok: givenUp === 0 && all > 0,
    sinceS: undefined,
  };
}

function lost({ samples }: Rehearsal): Limit {
  const first = samples.find(({ breaks, told }) => breaks + told > 0);
  const { breaks = 0, told = 0 } = samples.at(-1) ?? {};
  return {
    name: 'lost',
    promised: 'nothing lost, nothing twice',
    measured: `${count(breaks)} broken chains, ${count(told)} told holes`,
    ok: first === undefined,
    sinceS: first?.atS,
  };
}

function processor({ samples }: Rehearsal): Limit {
  const since = runOf(samples, ({ cpu }) => Object.values(cpu).some((share) => share > fullProcess));
  const names = [...new Set(samples.flatMap(({ cpu }) => Object.keys(cpu)))];
  const most = names
    .map(
      (name) =>
        [
          name,
          percentile(
            samples.map(({ cpu }) => cpu[name] ?? 0),
            95,
          ),
        ] as const,
    )
    .sort((a, b) => b[1] - a[1]);
  const [busiest] = most;
  const measured =
    busiest === undefined
      ? 'not ours to see'
      : `${busiest[0]} was the busiest: ${(100 * busiest[1]).toFixed(0)} % of a core (p95 of the seconds)`;
  return {
    name: 'processor',
    promised: `no process has a core full for ${secondsInARow} s`,
    measured,
    ok: since === undefined,
    sinceS: since,
  };
}

const mix = ({ mixBroken }: Rehearsal): Limit => ({
  name: 'mix',
  promised: 'the thresholds of the k6 mix',
  measured: mixBroken.length === 0 ? 'all kept' : mixBroken.join('; '),
  ok: mixBroken.length === 0,
  sinceS: undefined,
});

const isHealing = (atS: number, marks: readonly Mark[]): boolean => marks.some((mark) => atS >= mark.atS - 1 && atS < mark.atS + healingS);

/** When the first run of seconds in a row began in which it was so. */
function runOf(samples: readonly Sample[], so: (sample: Sample) => boolean): number | undefined {
  const at = samples.findIndex((_, index) => {
    const run = samples.slice(index, index + secondsInARow);
    return run.length === secondsInARow && run.every(so);
  });
  return samples[at]?.atS;
}

/** For a tenth of the time. */
const isMachineFull = (samples: readonly Sample[]): boolean =>
  percentile(
    samples.map(({ machineBusy }) => machineBusy),
    90,
  ) >= fullMachine;

function planOf({ viewers, rate, messageBytes, joinRate, lagMs }: Asked, costs: Costs): Plan | undefined {
  try {
    return planFor({ viewers, rooms: 1, messagesASecondARoom: rate, messageBytes, joinsASecond: joinRate, lagMs }, costs);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** By the formulae, and one more of each kind: one was lost in the middle. */
function additions({ there, asked, samples }: Rehearsal, plan: Plan | undefined, fits: Verdict['fits']): string[] {
  if (plan === undefined)
    return [
      `by the formulae no number of edges holds ${count(asked.viewers)} viewers at ${asked.rate} messages a second within ${ms(asked.lagMs)}: allow more lag`,
    ];
  // The plan has two holders at least, of which one may be a spare already.
  const carrying = Math.max(1, Math.ceil((plan.holders * plan.holderShare) / plannedShare));
  const each = `${count(plan.socketsAnEdge)} sockets and ${(100 * plan.edgeShare).toFixed(0)} % of a core each`;
  const words = [
    ...more('edge', plan.edges, there?.edges, `the crowd (${each})`),
    ...more('room-state process', carrying, there?.holders, 'the messages'),
    ...(plan.busiestRoomShare > plannedShare
      ? ['the room takes more than one process is planned for: lower its display budget, or sample']
      : []),
  ];
  if (fits === 'not known') return [...words, fullBy(samples)];
  if (words.length > 0 || fits === 'fits') return words;
  return [
    'by the formulae there is enough: what was met first is a fault or a machine slower than the one that was measured; run npm run bench on it',
  ];
}

/** Of the full seconds the middle one. */
function fullBy(samples: readonly Sample[]): string {
  const others = samples.flatMap(({ machineBusy, machineOthers }) => (machineBusy < fullMachine ? [] : [machineOthers]));
  const share = `${(100 * percentile(others, 50)).toFixed(0)} %`;
  return `the machine of the crowd was full, ${share} of it with what is neither of the crowd nor of a cluster of its own: run the crowd, or the cluster, elsewhere, and rehearse again`;
}

/** `carrying` of them are enough for what they carry, and one is to lose. */
function more(what: string, carrying: number, there: number | undefined, load: string): string[] {
  const wanted = carrying + 1;
  const named = (number: number): string => `${count(number)} ${what}${number === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`;
  const why = `${count(carrying)} ${carrying === 1 ? 'carries' : 'carry'} ${load}, one is to lose`;
  if (there === undefined) return [`have ${named(wanted)}: ${why}`];
  return wanted > there ? [`add ${named(wanted - there)} to the ${count(there)} there: ${why}`] : [];
}
