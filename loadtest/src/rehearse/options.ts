import { parseArgs } from 'node:util';
import type { Asked } from './rehearsal.js';

export interface RehearseOptions {
  readonly asked: Asked;
  /** Viewers of the k6 mix, who speak JSON. */
  readonly mixViewers: number;
  /** A cluster that is there; undefined: one is started, with so many processes. */
  readonly target:
    { readonly urls: readonly string[]; readonly api: string; readonly key: string; readonly tokenSecret: string | undefined } | undefined;
  readonly own: { readonly edges: number; readonly holders: number };
  /** Run by a shell in the middle; of a cluster of one's own processes are killed instead. */
  readonly killEdge: string | undefined;
  readonly killHolder: string | undefined;
  /** Of a cluster of one's own: whether an edge and a holder are killed. */
  readonly kills: boolean;
  readonly yes: boolean;
  readonly out: string;
}

export const usage = `npm run rehearse -- [options]
  --viewers N          5000
  --rate N             30 messages a second in their room
  --join-rate N        1000 viewers a second come
  --minutes N          5 in all
  --bytes N            200 of a message
  --lag MS             250: p99 of a second, to the last socket, that has to be kept
  --pause MS           10000: who lost an edge is back, p99
  --mix N              50 more viewers by k6, who speak JSON, with requests of a platform's servers beside them; 0: none
  --url URL            ws://HOST:PORT/v1/connect of an edge, several times or with commas; without: a cluster is started
  --api URL, --key KEY of its server API; the key better in PLAZA_K6_KEY
  --token-secret S     PLAZA_TOKEN_SECRET of the cluster: viewers with tokens; without: anonymous guests
  --kill-edge COMMAND, --kill-holder COMMAND    with --url: run in the middle
  --edges N, --holders N    2 and 2, of the cluster that is started
  --no-kill            nothing is killed
  --yes                do not ask before a cluster is loaded and harmed
  --out FOLDER         where the verdict goes; artifacts/rehearsal
It ends with 0 where it fits, 1 where not, 2 where nobody knows.`;

const flags = {
  viewers: { type: 'string', default: '5000' },
  rate: { type: 'string', default: '30' },
  'join-rate': { type: 'string', default: '1000' },
  minutes: { type: 'string', default: '5' },
  bytes: { type: 'string', default: '200' },
  lag: { type: 'string', default: '250' },
  pause: { type: 'string', default: '10000' },
  mix: { type: 'string', default: '50' },
  edges: { type: 'string', default: '2' },
  holders: { type: 'string', default: '2' },
  url: { type: 'string', multiple: true },
  api: { type: 'string' },
  key: { type: 'string' },
  'token-secret': { type: 'string' },
  'kill-edge': { type: 'string' },
  'kill-holder': { type: 'string' },
  'no-kill': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  out: { type: 'string', default: 'artifacts/rehearsal' },
} as const;

type Values = Exclude<ReturnType<typeof parsedOf>, string>;

/** What was asked for, or every mistake in it by the option's name. */
export function rehearseOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RehearseOptions | { readonly mistakes: readonly string[] } {
  const values = parsedOf(args);
  if (typeof values === 'string') return { mistakes: [values] };
  const mistakes: string[] = [];
  const asked = askedOf(values, mistakes);
  const whole = (name: 'mix' | 'edges' | 'holders', least: number, most: number): number => numberOf(values, name, least, most, mistakes);
  const [mixViewers, edges, holders] = [whole('mix', 0, 5000), whole('edges', 1, 64), whole('holders', 1, 64)];
  const target = targetOf(values, env, mistakes);
  const [killEdge, killHolder] = [values['kill-edge'], values['kill-holder']];
  if (target === undefined && (killEdge ?? killHolder) !== undefined)
    mistakes.push('--kill-edge and --kill-holder are for a cluster of --url: of its own this one kills processes itself');
  if (values['no-kill'] && (killEdge ?? killHolder) !== undefined) mistakes.push('--no-kill and a command that kills exclude each other');
  const kills = !values['no-kill'];
  if (kills && target === undefined && (edges < 2 || holders < 2))
    mistakes.push('--edges and --holders are 2 at least where one is killed; or say --no-kill');
  if (mistakes.length > 0) return { mistakes };
  return { asked, mixViewers, target, own: { edges, holders }, killEdge, killHolder, kills, yes: values.yes, out: values.out };
}

/** The first minute is for coming in. */
function askedOf(values: Values, mistakes: string[]): Asked {
  const number = (name: Parameters<typeof numberOf>[1], least: number, most: number): number =>
    numberOf(values, name, least, most, mistakes);
  const [viewers, rate, joinRate] = [number('viewers', 1, 1_000_000), number('rate', 0.1, 10_000), number('join-rate', 1, 100_000)];
  const [minutes, messageBytes] = [number('minutes', 0.5, 1440), number('bytes', 60, 4096)];
  const [lagMs, pauseMs] = [number('lag', 40, 60_000), number('pause', 100, 600_000)];
  const seconds = Math.round(60 * minutes);
  if (viewers / joinRate > seconds / 2)
    mistakes.push(`--minutes ${minutes}: coming in alone takes ${Math.round(viewers / joinRate)} s of it`);
  return { viewers, rate, joinRate, seconds, messageBytes, lagMs, pauseMs };
}

type NumberFlag = 'viewers' | 'rate' | 'join-rate' | 'minutes' | 'bytes' | 'lag' | 'pause' | 'mix' | 'edges' | 'holders';
const fractions: readonly NumberFlag[] = ['rate', 'minutes'];

function numberOf(values: Values, name: NumberFlag, least: number, most: number, mistakes: string[]): number {
  const value = Number(values[name]);
  const isNumber = values[name].trim() !== '' && value >= least && value <= most && (fractions.includes(name) || Number.isInteger(value));
  if (!isNumber) mistakes.push(`--${name} is ${values[name]}, not a number from ${least} to ${most}`);
  return value;
}

function targetOf(values: Values, env: NodeJS.ProcessEnv, mistakes: string[]): RehearseOptions['target'] {
  if (values.url === undefined) return undefined;
  const urls = values.url.flatMap((url) => url.split(',')).map((url) => url.trim());
  for (const url of urls) if (!/^ws:\/\/[^/?]+\/[^?]*$/.test(url)) mistakes.push(`--url is ${url}, not ws://HOST:PORT/PATH`);
  const api = (values.api ?? '').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/?]+/.test(api)) mistakes.push(api === '' ? '--api is missing' : `--api is ${api}, not http://HOST:PORT`);
  const key = values.key ?? env['PLAZA_K6_KEY'] ?? '';
  if (key === '') mistakes.push('--key is missing');
  return { urls, api, key, tokenSecret: values['token-secret'] ?? env['PLAZA_K6_TOKEN_SECRET'] };
}

function parsedOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    return (error as Error).message;
  }
}
