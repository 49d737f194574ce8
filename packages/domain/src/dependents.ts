import { CloseKind, type Attribute, type CloseSchedule, type Label, type QueueElement } from '@plaza/proto/client';
import type { AccountId } from './ids.js';
import type { Happening } from './outcome.js';
import type { PresenceView, RoomState } from './types.js';

/** The key of the room itself in `RoomState.away`: since when it is empty. */
export const theRoom = '';

/** What goes with an account when it has been away for too long. */
export interface Dependents {
  readonly elements: readonly QueueElement[];
  readonly attributes: readonly Attribute[];
  /** Labels that were not saved. */
  readonly labels: readonly Label[];
}

export function dependentsOf(room: RoomState, account: string): Dependents {
  const elements = [...(room.queue?.items.values() ?? [])].map(({ element }) => element);
  return {
    elements: elements.filter((element) => element.transient && element.owner === account),
    attributes: [...room.attributes.values()].filter((attribute) => attribute.withOwner && attribute.owner === account),
    labels: room.members.get(account as AccountId)?.labels.filter(({ saved }) => !saved) ?? [],
  };
}

/** Whether it has to be noted that this account (or the room, where it is '') has no session any more. */
export function hasDependents(room: RoomState, account: string): boolean {
  if (account === theRoom) return room.close?.kind === CloseKind.CLOSE_KIND_AFTER_EMPTY;
  for (const { element } of room.queue?.items.values() ?? []) if (element.transient && element.owner === account) return true;
  for (const attribute of room.attributes.values()) if (attribute.withOwner && attribute.owner === account) return true;
  return room.members.get(account as AccountId)?.labels.some(({ saved }) => !saved) ?? false;
}

/** Every account that something goes with, and the room where it closes when empty. */
export function whoMatters(room: RoomState): Set<string> {
  const who = new Set<string>();
  for (const { element } of room.queue?.items.values() ?? []) if (element.transient) who.add(element.owner);
  for (const attribute of room.attributes.values()) if (attribute.withOwner) who.add(attribute.owner);
  for (const { account, labels } of room.members.values()) if (labels.some(({ saved }) => !saved)) who.add(account);
  if (hasDependents(room, theRoom)) who.add(theRoom);
  return who;
}

/** Accounts lose their last sessions: what has to be noted of it. `stay`: how many accounts stay. */
export function leavingHappenings(room: RoomState, accounts: readonly string[], stay: number): Happening[] {
  const away = accounts.filter((account) => hasDependents(room, account) && !room.away.has(account));
  if (stay === 0 && hasDependents(room, theRoom) && !room.away.has(theRoom)) away.push(theRoom);
  return away.length === 0 ? [] : [{ kind: { $case: 'away', value: { away, back: [] } }, audience: 'nobody' }];
}

/** A close of the empty room is set: where nobody is here, it is empty from now on. */
export function emptyHappenings(room: RoomState, close: CloseSchedule | undefined, { accounts }: PresenceView): Happening[] {
  if (close?.kind !== CloseKind.CLOSE_KIND_AFTER_EMPTY || accounts > 0 || room.away.has(theRoom)) return [];
  return [{ kind: { $case: 'away', value: { away: [theRoom], back: [] } }, audience: 'nobody' }];
}

/** An account comes: what was noted of its absence, and of the room's emptiness, is over. */
export function comingHappenings(room: RoomState, account: string): Happening[] {
  const back = [account, theRoom].filter((who) => room.away.has(who));
  return back.length === 0 ? [] : [{ kind: { $case: 'away', value: { away: [], back } }, audience: 'nobody' }];
}

/** Whether `who` is there: an account, or for '' anybody. */
export const isThere = (who: string, presence: PresenceView): boolean =>
  who === theRoom ? presence.accounts > 0 : presence.isPresent(who as AccountId);
