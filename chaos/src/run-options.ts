import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface RunOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Each fault once, and no two together: what is left of the time is not used. */
  readonly alone: boolean;
  /** Names of faults; none: all of them. */
  readonly faults: readonly string[];
  readonly rooms: number;
  readonly sockets: number;
  readonly ratePerSecond: number;
  readonly hotShare: number;
  /** Where everything that a run leaves behind goes. */
  readonly folder: string;
  readonly writeReport: boolean;
  /** Only prints the plan. */
  readonly planOnly: boolean;
  /** The commit whose edge is the previous version. */
  readonly previous: string;
  readonly logLevel: string;
}

const options = {
  seed: { type: 'string' },
  minutes: { type: 'string', default: '10' },
  faults: { type: 'string', default: '' },
  alone: { type: 'boolean', default: false },
  rooms: { type: 'string', default: '24' },
  sockets: { type: 'string', default: '150' },
  rate: { type: 'string', default: '100' },
  'hot-share': { type: 'string', default: '0.5' },
  out: { type: 'string' },
  previous: { type: 'string', default: 'HEAD~1' },
  'log-level': { type: 'string', default: 'info' },
  'write-report': { type: 'boolean', default: false },
  plan: { type: 'boolean', default: false },
} as const;

/** Throws in words where a value is not possible. */
export function readOptions(args: readonly string[], nowMs: number): RunOptions {
  const { values } = parseArgs({ args: [...args], options });
  const number = (name: 'minutes' | 'rooms' | 'sockets' | 'rate' | 'hot-share', least: number, most: number): number => {
    const value = Number(values[name]);
    if (!(value >= least && value <= most)) throw new Error(`--${name} ${values[name]}: expected ${least} to ${most}`);
    return value;
  };
  const seed = values.seed === undefined ? nowMs % 1_000_000 : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed ${values.seed}: expected a whole number`);
  return {
    seed,
    minutes: number('minutes', 0.3, 24 * 60),
    alone: values.alone,
    faults: values.faults.split(',').filter((name) => name !== ''),
    rooms: number('rooms', 1, 500),
    sockets: number('sockets', 2, 5000),
    ratePerSecond: number('rate', 1, 10_000),
    hotShare: number('hot-share', 0, 1),
    folder: values.out === undefined ? join(tmpdir(), `plaza-chaos-${seed}-${nowMs}`) : resolve(values.out),
    writeReport: values['write-report'],
    planOnly: values.plan,
    previous: values.previous,
    logLevel: values['log-level'],
  };
}
