import type { Body } from '@plaza/proto/client';
import { fnv1a } from '../shard.js';

/** What two bodies have in common when they say the same: their main text, without case, width and spaces; its hash and length, for many are remembered. */
export function textKey(body: Body | undefined): string {
  const text = mainText(body).normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
  return `${fnv1a(`${body?.content?.$case ?? ''}/${text}`).toString(36)}.${text.length}`;
}

/** The text by which a body is compared and filtered. */
export function mainText(body: Body | undefined): string {
  const content = body?.content;
  if (content === undefined) return '';
  switch (content.$case) {
    case 'text':
    case 'notification':
    case 'tip':
      return content.value.text;
    case 'custom':
      return content.value.content;
    case 'location':
      return `${content.value.title} ${content.value.address}`;
    default:
      return content.value.url;
  }
}
