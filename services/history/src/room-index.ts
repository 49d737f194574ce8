import { isPermanent } from '@plaza/domain';
import { Role, type Event } from '@plaza/proto/client';

/** A room that was created, or an account's role in one; undefined: it has none any more. The position is that of the event. */
export type IndexChange =
  | { readonly kind: 'room'; readonly room: string; readonly creator: string; readonly position: number }
  | { readonly kind: 'role'; readonly room: string; readonly account: string; readonly role: Role | undefined; readonly position: number };

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
