import type { Engines } from './backup/engines.js';
import type { Progress } from './progress.js';
import type { ServerApi } from './server-api.js';

/** What a command of this line was given: what stands behind its words, and its options. */
export interface Given {
  readonly targets: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** What a command works with. */
export interface Hands {
  readonly api: ServerApi;
  /** For what concerns them as a whole, and where there is no cluster to be asked. */
  readonly engines: Engines;
  /** Runs a command of the operator's, its output on standard error. Rejects where it does not end with 0. */
  readonly shell: (command: string, env: Readonly<Record<string, string>>) => Promise<void>;
  /** Resolves when the operator, or `--yes`, agrees to what is told; throws NotAgreed. */
  readonly agree: (whatHappens: string) => Promise<void>;
  readonly progress: (label: string, total: number) => Progress;
  /** Resolves after `ms`. */
  readonly wait: (ms: number) => Promise<void>;
}

/** How it went: lines for people, one object for `--json`. `ok: false`: it was carried out, and what it found is bad. */
export interface Done {
  readonly text: string;
  readonly json: object;
  readonly ok?: boolean;
}

export interface Command {
  /** As they are typed, with what follows them: `shard hand-over <shard>`; [in brackets]: may be left out. */
  readonly line: string;
  readonly summary: string;
  /** The scopes that its API key needs; empty: it asks the engines, not the server API. */
  readonly scopes: string;
  /** A value that is given behind the option, or none. */
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly about: string }>>;
  readonly run: (given: Given, hands: Hands) => Promise<Done>;
}

/** The command line was not understood, or asks for what cannot be. */
export class Misused extends Error {
  override readonly name = 'Misused';
}

export class NotAgreed extends Error {
  override readonly name = 'NotAgreed';
}

/** The text of an option that has to be given. */
export function needed({ options }: Given, name: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value === '') throw new Misused(`--${name} is needed`);
  return value;
}

export function wholeNumber(text: string, what: string): number {
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) throw new Misused(`${text} is no ${what}`);
  return Number(text);
}
