import { parseArgs } from 'node:util';
import type { SwarmOrder } from './order.js';

export interface SwarmOptions {
  readonly order: SwarmOrder;
  /** Undefined: as many as the sockets need. */
  readonly processes: number | undefined;
  readonly seconds: number;
  /** Messages a second that one more socket says, with the moment of their sending: lag is measured on them. */
  readonly rate: number;
  readonly json: boolean;
}

export const usage = `npm run swarm -- --url ws://HOST:PORT/v1/connect [options]
  --room NAME         that every socket joins; several times: socket by socket in turn; none: idle sockets
  --sockets N         100
  --seconds N         60
  --processes N       one for each 15,000 sockets
  --at-once N         100: so many are on their way in at a time
  --token-secret S    accounts of their own, by tokens signed with it; without: anonymous guests
  --rate N            messages a second that one more socket says in the first room, to measure lag; needs --token-secret and --room
  --json              the result in one line
The result is JSON on standard output; progress is on standard error.`;

const options = {
  url: { type: 'string' },
  room: { type: 'string', multiple: true, default: [] as string[] },
  sockets: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '60' },
  processes: { type: 'string' },
  'at-once': { type: 'string', default: '100' },
  'token-secret': { type: 'string' },
  rate: { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
} as const;

const watched = 100;
const mostSockets = 1_000_000;

/** What was asked for, or every mistake in it, by the option's name. */
export function swarmOptions(args: readonly string[]): SwarmOptions | { readonly mistakes: readonly string[] } {
  const parsed = parsedOf(args);
  if (typeof parsed === 'string') return { mistakes: [parsed] };
  const mistakes: string[] = [];
  const number = (name: 'sockets' | 'seconds' | 'processes' | 'at-once' | 'rate', least: number, most: number): number => {
    const value = Number(parsed[name]);
    if (!(parsed[name]?.trim() && value >= least && value <= most && (name === 'seconds' || name === 'rate' || Number.isInteger(value))))
      mistakes.push(`--${name} is ${parsed[name]}, not a number from ${least} to ${most}`);
    return value;
  };
  const { url = '', room: rooms, 'token-secret': secret, json } = parsed;
  if (!/^ws:\/\/[^/]+/.test(url) || !URL.canParse(url))
    mistakes.push(url === '' ? '--url is missing' : `--url is ${url}, not ws://HOST:PORT/PATH`);
  const sockets = number('sockets', 1, mostSockets);
  const processes = parsed.processes === undefined ? undefined : number('processes', 1, 100);
  const [seconds, atOnce, rate] = [number('seconds', 1, 86_400), number('at-once', 1, 10_000), number('rate', 0, 10_000)];
  if (rate > 0 && (secret === undefined || rooms.length === 0)) mistakes.push('--rate needs --token-secret and --room');
  if (mistakes.length > 0) return { mistakes };
  const tokens = secret === undefined ? {} : { tokens: { secret, prefix: 'swarm' } };
  const order = {
    url,
    speech: 'plaza',
    sockets,
    atOnce,
    rooms,
    watchEvery: Math.max(1, Math.floor(sockets / watched)),
    ...tokens,
  } as const;
  return { order, processes, seconds, rate, json };
}

function parsedOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return (error as Error).message;
  }
}
