import type { Event } from '@plaza/proto/client';

/** `timedMuted` is `timed-muted`, as webhooks and the audit log call it. */
export const inWords = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const wordOf = ({ kind }: Pick<Event, 'kind'>): string => inWords(kind?.$case ?? '');
