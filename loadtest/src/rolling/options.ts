import { parseArgs } from 'node:util';

export const acts = ['drain', 'history', 'metrics', 'api', 'edge', 'room-state', 'nats'] as const;
export type Act = (typeof acts)[number];

export interface RollingOptions {
  readonly sockets: number;
  readonly rooms: number;
  /** Messages a second, of the SDK's clients together. */
  readonly rate: number;
  readonly joinRate: number;
  readonly holders: number;
  readonly natsServers: 1 | 3;
  readonly acts: readonly Act[];
  readonly calmMs: number;
  /** Undefined: as the manifests say. */
  readonly drainPerSecond: number | undefined;
  /** The longest of the pauses that the manifests ask for; Infinity: as they say. */
  readonly pauseMs: number;
  /** Where the result goes; undefined: loadtest/results. */
  readonly out: string | undefined;
  /** Where data and logs of the cluster stay; undefined: nowhere. */
  readonly data: string | undefined;
}

export const usage = `npm run rolling -- [options]
  --sockets N        5000, all of them on the first edge in the beginning
  --rooms N          10 that they share
  --rate N           10 messages a second of clients of the SDK, two a room, and two a second of the server API
  --join-rate N      500 sockets a second come
  --holders N        2 room-state processes; of edges, apis, histories and metrics there are two
  --nats N           3 nats-servers, or 1
  --acts LIST        ${acts.join(',')}: what is done, one after the other
  --calm SECONDS     4 after each
  --drain-rate N     sockets a second that an edge sends away; as deploy/kubernetes says
  --hurry            pauses that the manifests ask for (preStop.sleep, minReadySeconds) are a second at most
  --out FOLDER       for the result; loadtest/results
  --data FOLDER      keeps data and logs of the cluster
It ends with 0 where nothing is wrong, 1 otherwise.`;

const flags = {
  sockets: { type: 'string', default: '5000' },
  rooms: { type: 'string', default: '10' },
  rate: { type: 'string', default: '10' },
  'join-rate': { type: 'string', default: '500' },
  holders: { type: 'string', default: '2' },
  nats: { type: 'string', default: '3' },
  acts: { type: 'string', default: acts.join(',') },
  calm: { type: 'string', default: '4' },
  'drain-rate': { type: 'string' },
  hurry: { type: 'boolean', default: false },
  out: { type: 'string' },
  data: { type: 'string' },
} as const;

/** What was asked for, or every mistake in it by the option's name. */
export function rollingOptions(args: readonly string[]): RollingOptions | { readonly mistakes: readonly string[] } {
  const values = parsedOf(args);
  if (typeof values === 'string') return { mistakes: [values] };
  const mistakes: string[] = [];
  const number = (
    name: 'sockets' | 'rooms' | 'rate' | 'join-rate' | 'holders' | 'calm' | 'drain-rate',
    least: number,
    most: number,
  ): number => {
    const value = Number(values[name]);
    if (!(values[name]?.trim() && value >= least && value <= most && Number.isInteger(value)))
      mistakes.push(`--${name} is ${values[name]}, not a whole number from ${least} to ${most}`);
    return value;
  };
  const wanted = values.acts.split(',').map((word) => word.trim());
  const known = acts.filter((act) => wanted.includes(act));
  const unknown = wanted.filter((word) => !acts.some((act) => act === word));
  if (unknown.length > 0) mistakes.push(`--acts has ${unknown.join(', ')}; there are ${acts.join(', ')}`);
  if (values.nats !== '1' && values.nats !== '3') mistakes.push(`--nats is ${values.nats}, not 1 or 3`);
  if (values.nats === '1' && known.includes('nats') && values.acts !== flags.acts.default)
    mistakes.push('--acts has nats: a single nats-server has nobody who goes on without it; say --nats 3');
  const options = {
    ...{ sockets: number('sockets', 1, 14_000), rooms: number('rooms', 1, 1000), rate: number('rate', 1, 1000) },
    ...{ joinRate: number('join-rate', 1, 5000), holders: number('holders', 2, 16), calmMs: 1000 * number('calm', 0, 600) },
    natsServers: values.nats === '1' ? 1 : 3,
    acts: known.filter((act) => act !== 'nats' || values.nats === '3'),
    drainPerSecond: values['drain-rate'] === undefined ? undefined : number('drain-rate', 1, 100_000),
    pauseMs: values.hurry ? 1000 : Number.POSITIVE_INFINITY,
    ...{ out: values.out, data: values.data },
  } as const;
  return mistakes.length > 0 ? { mistakes } : options;
}

function parsedOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    return (error as Error).message;
  }
}
