import type { Role } from '@plaza/proto/client';
import { HeadSlot, MemberSlot, ProfileSlot } from '@plaza/proto/log';
import type { AccountId, RoomId } from './ids.js';
import { newRoom } from './room-state.js';
import type { RoomState } from './types.js';

/** One part of a room's state, as projections and snapshots keep it; value undefined: it is gone. */
export interface SlotChange {
  readonly name: string;
  readonly value: Uint8Array | undefined;
}

export interface StoredSlot {
  readonly name: string;
  readonly value: Uint8Array;
}

const memberPrefix = 'member/';
export const memberSlot = (account: AccountId): string => memberPrefix + account;

/** The slots of these names as they are now. Unknown names are gone. */
export const slotsOf = (room: RoomState, names: Iterable<string>): SlotChange[] =>
  Array.from(names, (name) => ({ name, value: valueOf(room, name) }));

/** Everything of a room that is kept. */
export const allSlots = (room: RoomState): StoredSlot[] =>
  slotsOf(room, ['head', 'profile', ...Array.from(room.members.keys(), memberSlot)]).filter(
    (slot): slot is StoredSlot => slot.value !== undefined,
  );

function valueOf(room: RoomState, name: string): Uint8Array | undefined {
  if (name === 'head') return HeadSlot.encode(room).finish();
  if (name === 'profile') return room.profile && ProfileSlot.encode(room.profile).finish();
  const member = name.startsWith(memberPrefix) ? room.members.get(name.slice(memberPrefix.length) as AccountId) : undefined;
  return member && MemberSlot.encode(member).finish();
}

/** The room that these slots were taken from. Slots of unknown names are a newer version's, and passed over. Throws where a value is malformed. */
export function roomFromSlots(id: RoomId, slots: Iterable<StoredSlot>): RoomState {
  const room = newRoom(id);
  for (const { name, value } of slots) {
    if (name === 'head') Object.assign(room, HeadSlot.decode(value));
    else if (name === 'profile') room.profile = ProfileSlot.decode(value);
    else if (name.startsWith(memberPrefix)) putMember(room, MemberSlot.decode(value));
  }
  return room;
}

function putMember(room: RoomState, slot: MemberSlot): void {
  const account = slot.account as AccountId;
  room.members.set(account, { ...slot, account, role: slot.role as Role });
}
