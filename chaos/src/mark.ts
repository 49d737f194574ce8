import type { Event } from '@plaza/proto/client';

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = offsetBasis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime);
  return hash >>> 0;
}

/** Of all that an event says: two events with one mark are the same to the judge. The mark of a message is cheap: a swarm sees a million of them. */
export const markOf = (event: Event): number =>
  hashOf(`${event.operator}|${event.targets.join()}|${event.notifyExt}|${event.kind?.$case ?? ''}|${contentOf(event)}`);

function contentOf({ kind }: Event): string {
  if (kind?.$case !== 'message') return JSON.stringify(kind?.value ?? '');
  const { account, commandId, body, class: messageClass, role } = kind.value;
  const text = body?.content?.$case === 'text' ? body.content.value.text : JSON.stringify(body);
  return `${account}|${commandId}|${messageClass}|${role}|${text}`;
}
