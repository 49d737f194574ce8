import type { Event } from '@plaza/proto/client';

/**
 * What rooms tell about, one word a kind: the name of the field in plaza.v1.Event with dashes (`messageRecalled`: `message-recalled`), the same in
 * client frames, webhooks and docs. A room's own book-keeping, which no member sees, is none of them.
 */
export const eventKinds = [
  'message',
  'entered',
  'left',
  'muted',
  'unmuted',
  'timed-muted',
  'timed-unmuted',
  'kicked',
  'role-changed',
  'room-created',
  'room-updated',
  'room-opened',
  'room-closed',
  'blocked',
  'unblocked',
  'tag-muted',
  'tag-unmuted',
  'room-muted',
  'room-unmuted',
  'member-updated',
  'attributes-changed',
  'queue-changed',
  'message-recalled',
  'pinned',
  'unpinned',
  'settings-changed',
  'bots-changed',
] as const;

export type EventKind = (typeof eventKinds)[number];

const words = new Map(eventKinds.map((kind) => [kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), kind]));

/** Undefined: a room's book-keeping, or a kind of a newer version. */
export const eventKindOf = ({ kind }: Pick<Event, 'kind'>): EventKind | undefined => kind && words.get(kind.$case);
