import { isLonger } from './limits.js';
import { refuse, type Refusal } from './refusal.js';

/** Whether a reader with these tags is meant. */
export type Matcher = (tags: ReadonlySet<string>) => boolean;

export const audienceCodePoints = 128;
const token = /\s*(?:([()])|"([^"]*)"|([^\s()"]+))/uy;
const nobody: Matcher = () => false;

interface Token {
  readonly kind: 'open' | 'close' | 'and' | 'or' | 'tag';
  readonly tag: string;
}

/**
 * Reads a tag expression: tags joined by `and` and `or` (which binds less), in parentheses where wanted; a tag that has spaces or is one of these words stands in
 * double quotes. At most 128 characters, so that nesting has a bound.
 */
export function parseAudience(text: string): Matcher | Refusal {
  if (isLonger(text, audienceCodePoints)) return refuse('too-large', `audience has more than ${audienceCodePoints} characters`);
  const tokens = tokensOf(text);
  const reader = { tokens: tokens ?? [], at: 0 };
  const matcher = tokens === undefined ? undefined : readOr(reader);
  if (matcher !== undefined && reader.at === reader.tokens.length) return matcher;
  return refuse('bad-request', 'audience is no tag expression: tags, and, or, parentheses');
}

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const found = token.exec(trimmed);
    if (found === null) return undefined;
    tokens.push(tokenOf(found));
  }
  return tokens;
}

function tokenOf([, parenthesis, quoted, bare = '']: RegExpExecArray): Token {
  if (parenthesis !== undefined) return { kind: parenthesis === '(' ? 'open' : 'close', tag: '' };
  if (quoted !== undefined) return { kind: 'tag', tag: quoted };
  const word = bare.toLowerCase();
  return word === 'and' || word === 'or' ? { kind: word, tag: '' } : { kind: 'tag', tag: bare };
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

const readOr = (reader: Reader): Matcher | undefined => readChain(reader, 'or', readAnd, (all) => (tags) => all.some((one) => one(tags)));
const readAnd = (reader: Reader): Matcher | undefined =>
  readChain(reader, 'and', readOne, (all) => (tags) => all.every((one) => one(tags)));

function readChain(
  reader: Reader,
  joint: 'and' | 'or',
  readPart: (reader: Reader) => Matcher | undefined,
  join: (parts: readonly Matcher[]) => Matcher,
): Matcher | undefined {
  const parts: Matcher[] = [];
  do {
    const part = readPart(reader);
    if (part === undefined) return undefined;
    parts.push(part);
  } while (take(reader, joint));
  return parts.length === 1 ? parts[0] : join(parts);
}

function readOne(reader: Reader): Matcher | undefined {
  const next = reader.tokens[reader.at++];
  if (next?.kind === 'tag') return (tags) => tags.has(next.tag);
  if (next?.kind !== 'open') return undefined;
  const inner = readOr(reader);
  return take(reader, 'close') ? inner : undefined;
}

function take(reader: Reader, kind: Token['kind']): boolean {
  if (reader.tokens[reader.at]?.kind !== kind) return false;
  reader.at++;
  return true;
}

/** Expressions that were read lately; the oldest goes first. */
const read = new Map<string, Matcher>();
const mostRead = 1000;

/** Whether a set of tags matches a tag expression. An expression that is none matches nobody; the empty one everybody. */
export function matchesAudience(expression: string, tags: ReadonlySet<string>): boolean {
  return expression === '' || matcherOf(expression)(tags);
}

function matcherOf(expression: string): Matcher {
  const known = read.get(expression);
  if (known !== undefined) return known;
  const parsed = parseAudience(expression);
  const matcher = typeof parsed === 'function' ? parsed : nobody;
  if (read.size >= mostRead) read.delete(read.keys().next().value!);
  read.set(expression, matcher);
  return matcher;
}

/** Every tag that an expression names. */
export const tagsIn = (expression: string): string[] =>
  (tokensOf(expression) ?? []).filter(({ kind }) => kind === 'tag').map(({ tag }) => tag);
