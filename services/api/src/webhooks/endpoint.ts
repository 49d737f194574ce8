import type { EventKind } from '@plaza/protocol';

/** A secret as it is kept: sealed (secrets.ts). */
export interface KeptSecret {
  readonly sealed: string;
  readonly createdMs: number;
  /** Deliveries are signed with it until then; 0: until it is replaced. */
  readonly untilMs: number;
}

/** Where events go, and which. */
export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Empty: every kind. */
  readonly kinds: readonly EventKind[];
  /** Only these; empty: all, or those of the prefix. */
  readonly rooms: readonly string[];
  /** Only rooms that begin so; empty: any. */
  readonly roomPrefix: string;
  readonly enabled: boolean;
  /** Why Plaza itself stopped it; empty: it did not. */
  readonly stopped: string;
  /** Newest first, two at most. */
  readonly secrets: readonly KeptSecret[];
  readonly createdMs: number;
  /** Events since then are delivered: its making, or the last time that it was enabled. */
  readonly sinceMs: number;
  /** Grows by one with each change. */
  readonly revision: number;
}

type Choice = Pick<Endpoint, 'kinds' | 'rooms' | 'roomPrefix'>;

export const wantsRoom = ({ rooms, roomPrefix }: Omit<Choice, 'kinds'>, room: string): boolean =>
  rooms.length > 0 ? rooms.includes(room) : room.startsWith(roomPrefix);

export const wantsKind = ({ kinds }: Pick<Choice, 'kinds'>, kind: EventKind): boolean => kinds.length === 0 || kinds.includes(kind);

/** The secrets that sign at a moment, newest first: while one is being replaced, two. */
export const signingSecrets = (secrets: readonly KeptSecret[], nowMs: number): KeptSecret[] =>
  secrets.filter(({ untilMs }) => untilMs === 0 || untilMs > nowMs);

/** Puts a new secret first. The one before goes on signing for `overlapMs`; undefined: there are two already, and a third would be dropped unseen. */
export function rotated(secrets: readonly KeptSecret[], sealed: string, nowMs: number, overlapMs: number): KeptSecret[] | undefined {
  const fresh: KeptSecret = { sealed, createdMs: nowMs, untilMs: 0 };
  if (overlapMs === 0) return [fresh];
  const [current, ...others] = signingSecrets(secrets, nowMs);
  if (others.length > 0) return undefined;
  return current === undefined ? [fresh] : [fresh, { ...current, untilMs: nowMs + overlapMs }];
}
