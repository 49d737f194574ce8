import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { numberNames, settingsOf, variableOf, type NumberName } from './settings.js';

/** The scripts of loadtest/k6. */
export const scenarios = ['join-storm', 'steady-room', 'hot-room', 'reconnect-storm', 'slow-readers', 'api-mix', 'moderation'] as const;
export type Scenario = (typeof scenarios)[number];

export interface K6Options {
  readonly scenario: Scenario;
  /** PLAZA_K6_... as the script reads them. */
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: a cluster of one's own. */
  readonly urls: readonly string[] | undefined;
  /** Run by a shell half-way through a reconnect storm. */
  readonly kill: string | undefined;
  /** Nobody is asked before a cluster is loaded. */
  readonly yes: boolean;
  readonly out: string;
  /** Write it there instead of running it. */
  readonly archive: string | undefined;
}

export const usage = `npm run k6 -- SCENARIO [options]
  SCENARIO            ${scenarios.join(', ')}
  --url URL           ws://HOST:PORT/v1/connect, one an edge: several times, or with commas; without: a cluster is started for it
  --api URL           http://HOST:PORT of the server API; needed with --url
  --key KEY           an API key; better in PLAZA_K6_KEY, where no list of processes shows it
  --token-secret S    PLAZA_TOKEN_SECRET of the cluster: viewers with tokens of their own; without: anonymous guests
  --kill COMMAND      reconnect-storm with --url: this command ends an edge half-way; without: clients drop their connections
  --name NAME         of the room and the accounts; made up
  --out FOLDER        where the report goes; artifacts/k6
  --yes               do not ask before a cluster is loaded
  --archive FILE      do not run, but write the script with its sizes and URLs, without the key, for generators elsewhere; needs --url and --api
and numbers, each with what the script takes where nothing is said: ${numberNames.map((name) => `--${flagOf(name)}`).join(' ')}`;

function flagOf(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}

const flags = {
  url: { type: 'string', multiple: true },
  api: { type: 'string' },
  key: { type: 'string' },
  'token-secret': { type: 'string' },
  kill: { type: 'string' },
  name: { type: 'string' },
  out: { type: 'string', default: 'artifacts/k6' },
  yes: { type: 'boolean', default: false },
  archive: { type: 'string' },
} as const;
const numberFlags = Object.fromEntries(numberNames.map((name) => [flagOf(name), { type: 'string' as const }]));

/** Stands for what a cluster of one's own will tell. */
const own = { PLAZA_K6_URLS: 'ws://127.0.0.1/', PLAZA_K6_API: 'http://127.0.0.1', PLAZA_K6_KEY: 'own' };

/** What was asked for, or every mistake in it by its name. */
export function k6Options(args: readonly string[], env: NodeJS.ProcessEnv = {}): K6Options | { readonly mistakes: readonly string[] } {
  const parsed = parsedOf(args);
  if (typeof parsed === 'string') return { mistakes: [parsed] };
  const { values, positionals } = parsed;
  const [scenario = '', ...more] = positionals;
  const mistakes = [
    ...(isScenario(scenario)
      ? []
      : [scenario === '' ? 'SCENARIO is missing' : `there is no scenario ${scenario}; there are ${scenarios.join(', ')}`]),
    ...more.map((word) => `${word} is too much`),
    ...(values.kill !== undefined && values.url === undefined
      ? ['--kill is for a cluster of --url: of its own this one ends an edge itself']
      : []),
    ...(values.archive !== undefined && values.url === undefined
      ? ['--archive needs --url and --api: what is written runs elsewhere']
      : []),
    ...(values.kill !== undefined && scenario !== 'reconnect-storm' ? ['--kill is for reconnect-storm'] : []),
  ];
  const told = variables(values, env);
  try {
    settingsOf(values.url === undefined ? { ...told, ...own } : told);
  } catch (error) {
    mistakes.push(...(error as Error).message.split('\n').map(asFlag));
  }
  if (mistakes.length > 0 || !isScenario(scenario)) return { mistakes };
  const urls = values.url === undefined ? undefined : (told['PLAZA_K6_URLS'] ?? '').split(',');
  return { scenario, env: told, urls, kill: values.kill, yes: values.yes, out: values.out, archive: values.archive };
}

const isScenario = (word: string): word is Scenario => scenarios.some((one) => one === word);

type Values = Exclude<ReturnType<typeof parsedOf>, string>['values'];

function variables(values: Values, env: NodeJS.ProcessEnv): Record<string, string> {
  const given: Record<string, string | undefined> = {
    urls: values.url?.join(','),
    api: values.api,
    ...secretsOf(values, env),
    name: values.name ?? `k6-${randomBytes(4).toString('hex')}`,
    dropBy: values.kill !== undefined || values.url === undefined ? 'outside' : 'clients',
    ...Object.fromEntries(numberNames.map((name) => [name, numberOf(values, name)])),
  };
  const said = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(said.map(([name, value]) => [variableOf(name), value]));
}

/** What is written to a file has none: generators are told by their own environment. */
const secretsOf = (values: Values, env: NodeJS.ProcessEnv): Record<string, string | undefined> =>
  values.archive === undefined
    ? { key: values.key ?? env['PLAZA_K6_KEY'], tokenSecret: values['token-secret'] ?? env['PLAZA_K6_TOKEN_SECRET'] }
    : { key: 'told-by-the-generator' };

const numberOf = (values: Values, name: NumberName): string | undefined =>
  (values as Readonly<Record<string, unknown>>)[flagOf(name)] as string | undefined;

/** A mistake names the variable; who calls knows the flag. */
const asFlag = (mistake: string): string =>
  mistake.replace(/^PLAZA_K6_(\w+)/, (_, name: string) => `--${name === 'URLS' ? 'url' : name.toLowerCase().replaceAll('_', '-')}`);

function parsedOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { ...numberFlags, ...flags }, allowPositionals: true });
  } catch (error) {
    return (error as Error).message;
  }
}
