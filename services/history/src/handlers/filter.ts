import { matchesAudience, tagsIn } from '@plaza/domain';
import { Event, type ReadHistory } from '@plaza/proto/client';
import type { Viewer } from '@plaza/proto/history';
import type { MessageRow } from '../message-store.js';

type Filter = (event: Event, audience: string) => boolean;

const typeOf = ({ kind }: Event): string => (kind?.$case === 'message' ? (kind.value.body?.content?.$case ?? '') : 'event');

/** Which rows a page is of. Without types: messages only. A member sees only what was for its tags, and what it said itself. */
export function filterOf(
  { types = [], sender = '', audienceTag = '' }: Partial<ReadHistory>,
  viewer: Viewer | undefined,
): (row: MessageRow) => Event | undefined {
  const tags = new Set(viewer?.tags);
  const filters: Filter[] = [(event) => (types.length === 0 ? event.kind?.$case === 'message' : types.includes(typeOf(event)))];
  if (sender !== '') filters.push((event) => authorOf(event) === sender);
  if (audienceTag !== '') filters.push((_, audience) => tagsIn(audience).includes(audienceTag));
  if (viewer !== undefined) filters.push((event, audience) => matchesAudience(audience, tags) || authorOf(event) === viewer.account);
  return ({ event: bytes, audience }) => {
    const event = Event.decode(bytes);
    return filters.every((passes) => passes(event, audience)) ? event : undefined;
  };
}

const authorOf = ({ kind }: Event): string => (kind?.$case === 'message' ? kind.value.account : '');
