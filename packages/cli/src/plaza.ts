import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { causeOf } from '@plaza/kit';
import type { Engines } from './backup/engines.js';
import { Misused, NotAgreed, type Command, type Given, type Hands } from './command.js';
import { commands } from './commands.js';
import { noProgress, progressBar } from './progress.js';
import { defaultUrl, ServerApi } from './server-api.js';
import { usage, usageOf } from './usage.js';

/** What the command line is to its process. */
export interface Terminal {
  readonly apiKey: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly showsProgress: boolean;
  /** Undefined: nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  readonly engines: Engines;
  readonly shell: Hands['shell'];
  /** Default: the real one. */
  readonly wait?: (ms: number) => Promise<void>;
}

const common = {
  url: { type: 'string', default: defaultUrl },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Runs one command. Resolves with the exit code: 0 done, 1 refused, not reached, not agreed to or found bad, 2 not understood. */
export async function plaza(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  const command = commandOf(args);
  try {
    if (args.includes('--help') || args.length === 0) {
      terminal.out(command === undefined ? usage : usageOf(command));
      return args.length === 0 ? 2 : 0;
    }
    if (command === undefined) throw new Misused(`there is no command ${positionalsOf(args).join(' ')}`);
    return await run(command, args, terminal);
  } catch (error) {
    const misused = error instanceof Misused;
    terminal.err(`plaza: ${causeOf(error)}\n${misused ? `\n${command === undefined ? usage : usageOf(command)}` : ''}`);
    return misused ? 2 : 1;
  }
}

async function run(command: Command, args: readonly string[], terminal: Terminal): Promise<0 | 1> {
  const { url, json, yes, ...given } = understood(command, args);
  if (terminal.apiKey === '' && command.scopes !== '') throw new Misused('PLAZA_API_KEY is not set');
  const pause = terminal.wait ?? ((ms: number) => wait(ms));
  const api = new ServerApi({ url, apiKey: terminal.apiKey, wait: pause });
  const hands: Hands = {
    api,
    engines: terminal.engines,
    shell: terminal.shell,
    wait: pause,
    agree: (whatHappens) => agreed(whatHappens, yes, terminal),
    progress: (label, total) => (terminal.showsProgress ? progressBar(label, total, terminal.err) : noProgress),
  };
  const done = await command.run(given, hands);
  terminal.out(json ? `${JSON.stringify(done.json)}\n` : done.text);
  return done.ok === false ? 1 : 0;
}

async function agreed(whatHappens: string, yes: boolean, { ask, err }: Terminal): Promise<void> {
  err(`${whatHappens}\n`);
  if (yes) return;
  if (ask === undefined) throw new NotAgreed('nobody is there to be asked; --yes agrees beforehand');
  if (!(await ask('Go on?'))) throw new NotAgreed('nothing was done');
}

/** Whose words the arguments begin with, wherever options stand. */
function commandOf(args: readonly string[]): Command | undefined {
  const given = positionalsOf(args);
  return commands.find(({ line }) => wordsOf(line).every((word, i) => given[i] === word));
}

/** Before it is known whose options these are. */
function positionalsOf(args: readonly string[]): string[] {
  const options = Object.assign({}, ...commands.map(optionsOf), common) as ReturnType<typeof optionsOf>;
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true }).positionals;
}

const wordsOf = (line: string): string[] => line.split(' ').filter((part) => /^[a-z]/.test(part));

function understood(command: Command, args: readonly string[]): Given & { url: string; json: boolean; yes: boolean } {
  const { values, positionals } = parsed(command, args);
  const { url, json, yes, help: _help, ...options } = values;
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new Misused(`--url ${url} is no http address`);
  const targets = positionals.slice(wordsOf(command.line).length);
  const places = command.line.split(' ').filter((part) => /^[<[]/.test(part));
  const missing = places[targets.length];
  if (missing?.startsWith('<') === true) throw new Misused(`${missing} is missing`);
  if (targets.length > places.length) throw new Misused(`too many arguments: ${targets.slice(places.length).join(' ')}`);
  return { url, json, yes, targets, options };
}

const optionsOf = ({ options }: Command): Record<string, { type: 'string' | 'boolean' }> =>
  Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));

type Values = Given['options'] & { url: string; json: boolean; yes: boolean; help: boolean };

function parsed(command: Command, args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { ...optionsOf(command), ...common }, allowPositionals: true });
    return { values: values, positionals };
  } catch (error) {
    throw new Misused(causeOf(error).replace(/^ERR_[A-Z_]+: /, ''));
  }
}
