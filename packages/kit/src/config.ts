/** One setting: read from one environment variable, checked at start, listed in docs/configuration.md (generated from these tables). */
export interface Variable<T> {
  readonly name: string;
  /** Throws an Error whose message says in words what is expected. */
  readonly parse: (text: string) => T;
  /** What stands where the variable is not set, as text; undefined: it has to be set. */
  readonly fallback: string | undefined;
  readonly doc: string;
  /** Never printed, not even in a mistake. */
  readonly secret: boolean;
}

export type Table = Readonly<Record<string, Variable<unknown>>>;
export type ConfigOf<T extends Table> = { readonly [K in keyof T]: T[K] extends Variable<infer V> ? V : never };

export const variable = <T>(name: string, parse: (text: string) => T, fallback: string | undefined, doc: string): Variable<T> => ({
  name,
  parse,
  fallback,
  doc,
  secret: false,
});
export const secretVariable = <T>(name: string, parse: (text: string) => T, fallback: string | undefined, doc: string): Variable<T> => ({
  name,
  parse,
  fallback,
  doc,
  secret: true,
});

/** The whole table, or every mistake in it at once. An empty variable counts as not set. */
export function readConfig<T extends Table>(
  table: T,
  env: Readonly<Record<string, string | undefined>>,
): { config: ConfigOf<T> } | { mistakes: string[] } {
  const config: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const [key, entry] of Object.entries(table)) {
    const given = env[entry.name];
    const text = given === undefined || given === '' ? entry.fallback : given;
    if (text === undefined) {
      mistakes.push(`${entry.name} is not set: ${entry.doc}`);
      continue;
    }
    try {
      config[key] = entry.parse(text);
    } catch (error) {
      mistakes.push(`${entry.name}${entry.secret ? '' : `=${text}`}: ${(error as Error).message}`);
    }
  }
  return mistakes.length > 0 ? { mistakes } : { config: config as ConfigOf<T> };
}

export const text = (value: string): string => value;

/** https, or http where only this machine hears it. */
export function webAddress(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return value;
  throw new Error('expected an https address, or http on loopback');
}

export const integer =
  (min: number, max: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < min || number > max) throw new Error(`expected a whole number from ${min} to ${max}`);
    return number;
  };

export const port = integer(0, 65535);

export const flag = (value: string): boolean => {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new Error('expected true or false');
};

export const oneOf =
  <const T extends string>(...allowed: readonly T[]) =>
  (value: string): T => {
    if ((allowed as readonly string[]).includes(value)) return value as T;
    throw new Error(`expected one of ${allowed.join(', ')}`);
  };

/** Comma-separated, without blanks; empty text is an empty list. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Empty text is undefined. */
export const optional =
  <T>(parse: (text: string) => T) =>
  (value: string): T | undefined =>
    value === '' ? undefined : parse(value);

export const atLeast =
  (length: number) =>
  (value: string): string => {
    if (value.length < length) throw new Error(`expected at least ${length} characters`);
    return value;
  };

/** Secrets that this project made for development start with this: fine on loopback, refused elsewhere. */
export const developmentMark = 'dev-';

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;
export const isLoopback = (host: string): boolean => loopback.test(host);

/** A mistake in words for each development secret in use while `host` can be reached from other machines. */
export const developmentMistakes = (host: string, secrets: Readonly<Record<string, string>>): string[] =>
  isLoopback(host)
    ? []
    : Object.entries(secrets)
        .filter(([, value]) => value.startsWith(developmentMark))
        .map(([name]) => `${name} is a development secret; a service that listens on ${host} needs one of its own`);
