import { Role, type Event } from '@plaza/proto/client';

/** A room that was created, or an account's role in one; role guest: it has none any more. */
export type IndexChange =
  | { readonly kind: 'room'; readonly room: string; readonly creator: string; readonly timeMs: number }
  | { readonly kind: 'role'; readonly room: string; readonly account: string; readonly role: Role; readonly timeMs: number };

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
 * Which rooms there are, and in which an account has a role: built from the log, kept for good. Applying changes again, or older ones after newer ones of another
 * room or account, is harmless; those of one room and account come in their order. Rejects with StoreUnavailable.
 */
export interface RoomIndex {
  apply(changes: readonly IndexChange[]): Promise<void>;
  /** All rooms, in an order of the store's own. */
  rooms(pageToken: string, limit: number): Promise<IndexPage>;
  /** By room id. */
  roomsOf(account: string, pageToken: string, limit: number): Promise<IndexPage>;
}

/** What an event means for the index. */
export function indexed(room: string, { kind, targets, timeMs }: Event): IndexChange[] {
  const role = (account: string, value: Role): IndexChange => ({ kind: 'role', room, account, role: value, timeMs });
  switch (kind?.$case) {
    case 'roomCreated':
      return [{ kind: 'room', room, creator: kind.value.creator, timeMs }, role(kind.value.creator, Role.ROLE_CREATOR)];
    case 'roleChanged':
      return targets.map((account) => role(account, kind.value.role));
    case 'blocked':
      return targets.map((account) => role(account, Role.ROLE_GUEST));
    default:
      return [];
  }
}
