import { accountsRoom, isPermanent } from '@plaza/domain';
import { Role, type Event } from '@plaza/proto/client';
import { accountsIn, leavesMarks } from './accounts-in.js';

/**
 * A room that was created, an account's role in one (undefined: it has none any more), where it left a trace, or that all of its traces in a room are
 * gone. The position is that of the event. A trace is in a bucket of stored rows, and lasts as long as they do, or (bucket 0) in the room itself, for good.
 */
export type IndexChange =
  | Trace
  | { readonly kind: 'erased'; readonly room: string; readonly account: string; readonly position: number }
  | { readonly kind: 'room'; readonly room: string; readonly creator: string; readonly position: number }
  | { readonly kind: 'role'; readonly room: string; readonly account: string; readonly role: Role | undefined; readonly position: number };

export interface Trace {
  readonly kind: 'trace';
  readonly room: string;
  readonly account: string;
  readonly bucket: number;
  readonly position: number;
  /** Unix ms; 0: for good. */
  readonly untilMs: number;
}

export interface IndexedRoom {
  readonly room: string;
  readonly creator: string;
  /** Of the account that was asked for; unspecified in the list of all rooms. */
  readonly role: Role;
}

export interface IndexPage {
  readonly rooms: readonly IndexedRoom[];
  /** Empty: this was the last. */
  readonly next: string;
}

/**
 * Which rooms there are, and in which an account has a role: built from the log, kept for good. Changes of one room come in their order, and may come
 * again from an earlier one on: after the last of them all is as if they had come once. Rejects with StoreUnavailable.
 */
export interface RoomIndex {
  apply(changes: readonly IndexChange[]): Promise<void>;
  /** All rooms, in an order of the store's own. */
  rooms(pageToken: string, limit: number): Promise<IndexPage>;
  /** By room id. */
  roomsOf(account: string, pageToken: string, limit: number): Promise<IndexPage>;
  /** The rooms in which an account left a trace, by room id; `next` empty: these were the last. */
  tracesOf(account: string, pageToken: string, limit: number): Promise<{ readonly rooms: readonly string[]; readonly next: string }>;
  /** The buckets of a room in which stored rows name the account. */
  bucketsOf(account: string, room: string): Promise<number[]>;
  /** A reader begins, perhaps after another's: what this process remembers of what it wrote counts no more. */
  begin(): void;
  /** Lets go of traces whose time is over; nothing where they go by themselves. Answers how many went. */
  trim(): Promise<number>;
}

/** What an event leaves of accounts: in the bucket of its row, where it has one, and in the room. What restricts an account in all rooms is not a room's to erase. */
export function tracesIn(
  room: string,
  event: Event,
  kept: { readonly bucket: number; readonly untilMs: number } | undefined,
): IndexChange[] {
  if (room === accountsRoom) return [];
  const { position, kind, targets } = event;
  if (kind?.$case === 'accountErased') return targets.map((account) => ({ kind: 'erased', room, account, position }));
  const places = [...(kept === undefined ? [] : [kept]), ...(leavesMarks(event) ? [{ bucket: 0, untilMs: 0 }] : [])];
  return places.flatMap((place) => accountsIn(event).map((account) => ({ kind: 'trace' as const, room, account, position, ...place })));
}

/** Each trace once, as the newest event left it; other changes as they are. */
export function newestTraces(changes: readonly IndexChange[]): IndexChange[] {
  const newest = new Map<string, Trace>();
  for (const change of changes) if (change.kind === 'trace') newest.set(`${change.account}/${change.room}/${change.bucket}`, change);
  return [...changes.filter(({ kind }) => kind !== 'trace'), ...newest.values()];
}

/** What an event means for the index. */
export function indexed(room: string, { kind, targets, position }: Event): IndexChange[] {
  const role = (account: string, value: Role): IndexChange => ({
    kind: 'role',
    room,
    account,
    role: isPermanent(value) ? value : undefined,
    position,
  });
  switch (kind?.$case) {
    case 'roomCreated':
      return [{ kind: 'room', room, creator: kind.value.creator, position }, role(kind.value.creator, Role.ROLE_CREATOR)];
    case 'roleChanged':
      return targets.map((account) => role(account, kind.value.role));
    case 'blocked':
      return targets.map((account) => role(account, Role.ROLE_GUEST));
    default:
      return [];
  }
}
