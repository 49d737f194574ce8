import { ContentRule, type Body } from '@plaza/proto/client';
import { refuse, type Refusal } from '../refusal.js';
import type { RoomState } from '../types.js';
import { findLinks } from './links.js';
import { masked, textsOf, withTexts } from './mask.js';
import { finderOf } from './terms.js';

/** A body as the room takes it, or why it does not. The same body: nothing was found. */
export function filterBody({ settings, terms }: Pick<RoomState, 'settings' | 'terms'>, body: Body): Body | Refusal {
  const linked = settings.links === ContentRule.CONTENT_RULE_ALLOW ? body : apply(body, findLinks, settings.links, refuse('link-refused'));
  if ('code' in linked || terms.length === 0) return linked;
  const finder = finderOf(terms);
  return apply(linked, (text) => finder.find(text), settings.terms, refuse('blocked-term'));
}

function apply(
  body: Body,
  find: (text: string) => readonly { from: number; to: number }[],
  rule: ContentRule,
  no: Refusal,
): Body | Refusal {
  if (textsOf(body).every((text) => find(text).length === 0)) return body;
  return rule === ContentRule.CONTENT_RULE_MASK ? withTexts(body, (text) => masked(text, find(text))) : no;
}
