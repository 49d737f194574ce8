import { refuse, type Refusal } from './refusal.js';
import type { Limits } from './types.js';

const dayMs = 86_400_000;

export const defaultLimits: Limits = {
  bodyCodePoints: 4096,
  extCodePoints: 4096,
  permanentMembers: 1000,
  noticesUpTo: 100,
  bucketRows: 10_000,
  bucketMs: dayMs,
  graceMs: 15_000,
};

/** Code points. */
export const textLimits = {
  commandId: 64,
  name: 128,
  announcement: 4096,
  broadcastUrl: 1024,
  nickname: 64,
  avatar: 1024,
  reason: 256,
  noticeExt: 2048,
  tag: 32,
  label: 32,
  deviceId: 64,
  deviceKind: 16,
  mediaUrl: 1024,
  mediaName: 128,
  mimeType: 128,
  title: 128,
  address: 1024,
  gift: 64,
  reaction: 32,
  term: 64,
  attributeKey: 128,
  attributeValue: 4096,
  queueKey: 128,
  queueValue: 4096,
} as const;

/** 30 days: the longest mute, block of a device, refusal of entry, life of a bot. */
export const monthSeconds = 2_592_000;
export const timedMuteSeconds = { least: 1, most: monthSeconds } as const;

/** One text and what it may be. `opaque` is the platform's own (JSON, base64): only its length and form are checked. */
export interface TextRule {
  readonly field: string;
  readonly text: string;
  readonly most: number;
  readonly opaque?: boolean;
}

/** How many of a thing one command or one member may have. */
export const countLimits = {
  tags: 10,
  labels: 20,
  receivers: 100,
  gates: 10,
  terms: 5000,
  termsAtOnce: 500,
  attributes: 100,
  bots: 100,
  queueSize: 1000,
  queueOffers: 100,
  queueUpdates: 200,
  queueKeys: 100,
  queriedAccounts: 200,
  countedTags: 20,
  restrictions: 100_000,
} as const;

const loneSurrogate = /\p{Surrogate}/u;
const control = /[^\P{Cc}\n\t]/u;

/** Whether `text` has more than `most` code points; looks at no more than it has to. */
export function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > 2 * most) return true;
  let points = 0;
  for (let i = 0; i < text.length && points <= most; points++) i += text.codePointAt(i)! > 0xffff ? 2 : 1;
  return points > most;
}

/** The first broken rule, in words. */
export function checkTexts(rules: readonly TextRule[]): Refusal | undefined {
  for (const rule of rules) {
    const refusal = checkText(rule);
    if (refusal) return refusal;
  }
  return undefined;
}

/** 1 to `textLimits.tag` characters each, at most `countLimits.tags`. */
export function checkTags(tags: readonly string[]): Refusal | undefined {
  if (tags.length > countLimits.tags) return refuse('too-many', `more than ${countLimits.tags} tags`);
  return checkNames(tags, 'a tag', textLimits.tag);
}

/** Each of the texts has 1 to `most` characters. */
export function checkNames(names: readonly string[], field: string, most: number): Refusal | undefined {
  if (names.includes('')) return refuse('bad-request', `${field} is empty`);
  return checkTexts(names.map((text) => ({ field, text, most })));
}

/** A whole number within its bounds. */
export function checkRange(field: string, value: number, least: number, most: number): Refusal | undefined {
  if (Number.isInteger(value) && value >= least && value <= most) return undefined;
  return refuse('bad-request', `${field} is ${least} to ${most}`);
}

function checkText({ field, text, most, opaque }: TextRule): Refusal | undefined {
  if (isLonger(text, most)) return refuse('too-large', `${field} has more than ${most} characters`);
  if (loneSurrogate.test(text)) return refuse('bad-request', `${field} has an unpaired surrogate`);
  if (!opaque && control.test(text)) return refuse('bad-request', `${field} has a control character`);
  return undefined;
}
