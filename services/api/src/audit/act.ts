import { createHash } from 'node:crypto';
import type { Event } from '@plaza/proto/client';
import type { Json } from './canonical.js';
import type { Details } from './entry.js';

type Kind = NonNullable<Event['kind']>;
export type EventCase = Kind['$case'];
export type EventValue<C extends EventCase> = Extract<Kind, { $case: C }>['value'];

/** Who made an event. */
export interface By {
  /** Empty: the server API without an operator, or the room itself. */
  readonly operator: string;
  /** Of the server API; empty: it did not ask. */
  readonly apiKey: string;
  readonly targets: readonly string[];
}

/** What is kept of a management act, beyond what every event says. */
export interface Act {
  /** Default: the event's name. */
  readonly act?: string;
  /** Default: the event's. */
  readonly targets?: readonly string[];
  readonly reason?: string;
  readonly details?: Details;
  readonly previous?: Details;
}

/** Undefined: no management act. */
export type Judge<C extends EventCase> = (value: EventValue<C>, by: By) => Act | undefined;
export type Judges<C extends EventCase> = { readonly [K in C]: Judge<K> };

/** Something that fell due: nobody did it. */
export const isByItself = ({ operator, apiKey }: By): boolean => operator === '' && apiKey === '';

const longest = 256;

/** A long text is kept by its length and SHA-256: an entry stays small, and what was written can still be proven. */
export function brief(text: string): string {
  const characters = text.length <= longest ? text.length : [...text].length;
  if (characters <= longest) return text;
  return `sha256:${createHash('sha256').update(text).digest('hex')} of ${characters} characters`;
}

/** The fields that are there, as JSON, long texts in brief. */
export function plain(fields: object): Details {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, json(value)]));
}

function json(value: unknown): Json {
  if (typeof value === 'string') return brief(value);
  if (Array.isArray(value)) return value.map(json);
  return typeof value === 'object' && value !== null ? plain(value) : (value as Json);
}
