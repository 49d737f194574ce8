/** What a script of loadtest/k6 is told by its environment, `PLAZA_K6_...`. Imports nothing: k6 and Node run the same file. */
export interface Settings {
  /** Connect URLs, one an edge, without a query. */
  readonly urls: readonly string[];
  /** Of the server API, without a slash at its end. */
  readonly api: string;
  readonly key: string;
  /** Signs a token for each viewer; empty: viewers are anonymous guests. */
  readonly tokenSecret: string;
  /** Room and accounts of a run begin with it: runs on one cluster do not meet. */
  readonly name: string;
  /** Where the report goes, without an ending. */
  readonly report: string;
  /** Who ends the connections of a reconnect storm: the clients of the first edge, or somebody outside who kills an edge. */
  readonly dropBy: 'clients' | 'outside';
  readonly sockets: number;
  /** A VU is a JavaScript engine of some MB: it has many sockets. */
  readonly socketsPerVu: number;
  /** New sockets a second, of all VUs together. */
  readonly joinRate: number;
  /** Messages, or requests, a second, of all speakers together. */
  readonly rate: number;
  /** After all are in. */
  readonly seconds: number;
  readonly messageBytes: number;
  /** Slow readers do not read for so long, or until they are closed. */
  readonly stallSeconds: number;
  /** The share of them that has to be closed for it: 1 where a stall is longer than the edges' PLAZA_EDGE_SLOW_MS and what kernels keep for a socket. */
  readonly slowClosed: number;
  /** What has to be kept, ms. */
  readonly lagP95: number;
  readonly joinP95: number;
  readonly replyP95: number;
  readonly pauseP95: number;
}

/** What the reconnect storm writes when it is time for somebody outside to end the connections. */
export const dropNow = 'PLAZA_K6_DROP_NOW';

interface Range {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

/** Variables that are numbers: limits and what they are where neither the environment nor the script says. */
const numbers = {
  sockets: { least: 1, most: 1_000_000, usual: 100 },
  socketsPerVu: { least: 1, most: 1000, usual: 50 },
  joinRate: { least: 1, most: 100_000, usual: 100 },
  rate: { least: 0.1, most: 100_000, usual: 10 },
  seconds: { least: 1, most: 86_400, usual: 30 },
  messageBytes: { least: 40, most: 4096, usual: 200 },
  stallSeconds: { least: 1, most: 3600, usual: 10 },
  slowClosed: { least: 0, most: 1, usual: 0 },
  lagP95: { least: 1, most: 600_000, usual: 1000 },
  joinP95: { least: 1, most: 600_000, usual: 1000 },
  replyP95: { least: 1, most: 600_000, usual: 1000 },
  pauseP95: { least: 1, most: 600_000, usual: 5000 },
} as const satisfies Readonly<Record<string, Range>>;

export type NumberName = keyof typeof numbers;
export const numberNames = Object.keys(numbers) as NumberName[];
export type Environment = Readonly<Record<string, string | undefined>>;

/** `lagP95`: PLAZA_K6_LAG_P95. */
export const variableOf = (name: string): string => `PLAZA_K6_${name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`;

/** Throws Error with every mistake, each by the name of its variable. `usual`: what this script takes where nothing is said. */
export function settingsOf(env: Environment, usual: Readonly<Partial<Record<NumberName, number>>> = {}): Settings {
  const mistakes: string[] = [];
  const text = (name: string): string => env[variableOf(name)]?.trim() ?? '';
  const checked = (name: string, pattern: RegExp, otherwise: string, expected: string): string => {
    const value = text(name) === '' ? otherwise : text(name);
    if (!pattern.test(value)) mistakes.push(`${variableOf(name)} ${value === '' ? 'is missing' : `is ${value}`}: expected ${expected}`);
    return value;
  };
  const urls = checked('urls', /^wss?:\/\/[^/?,]+[^?]*$/, '', 'ws://HOST:PORT/PATH, several with commas between them').split(',');
  const settings = {
    urls: urls.map((url) => url.trim()),
    api: checked('api', /^https?:\/\/[^/?]+/, '', 'http://HOST:PORT').replace(/\/+$/, ''),
    key: text('key'),
    tokenSecret: text('tokenSecret'),
    name: checked('name', /^[A-Za-z0-9_-]{1,32}$/, 'k6', '1-32 of A-Z a-z 0-9 _ -'),
    report: text('report') === '' ? 'k6-report' : text('report'),
    dropBy: checked('dropBy', /^(clients|outside)$/, 'clients', 'clients or outside') as Settings['dropBy'],
    ...numbersOf(text, usual, mistakes),
  };
  if (urls.some((url) => !/^wss?:\/\//.test(url.trim())) && mistakes.length === 0)
    mistakes.push(`${variableOf('urls')}: each has to begin with ws://`);
  if (settings.key === '') mistakes.push(`${variableOf('key')} is missing: expected an API key`);
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return settings;
}

function numbersOf(
  text: (name: string) => string,
  usual: Readonly<Partial<Record<NumberName, number>>>,
  mistakes: string[],
): Record<NumberName, number> {
  const valueOf = (name: NumberName): number => {
    const { least, most, usual: otherwise } = numbers[name];
    const given = text(name);
    const value = given === '' ? (usual[name] ?? otherwise) : Number(given);
    if (!(value >= least && value <= most)) mistakes.push(`${variableOf(name)} is ${given}: expected a number from ${least} to ${most}`);
    return value;
  };
  return Object.fromEntries(numberNames.map((name) => [name, valueOf(name)])) as Record<NumberName, number>;
}
