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
} as const;

export const timedMuteSeconds = { least: 1, most: 2_592_000 } as const;

/** One text and what it may be. `opaque` is the platform's own (JSON, base64): only its length and form are checked. */
export interface TextRule {
  readonly field: string;
  readonly text: string;
  readonly most: number;
  readonly opaque?: boolean;
}

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

function checkText({ field, text, most, opaque }: TextRule): Refusal | undefined {
  if (isLonger(text, most)) return refuse('too-large', `${field} has more than ${most} characters`);
  if (loneSurrogate.test(text)) return refuse('bad-request', `${field} has an unpaired surrogate`);
  if (!opaque && control.test(text)) return refuse('bad-request', `${field} has a control character`);
  return undefined;
}
