import type { Event } from '@plaza/proto/client';
import type { RoomState } from '../types.js';

type Kind = NonNullable<Event['kind']>;
export type EventCase = Kind['$case'];
export type EventValue<C extends EventCase> = Extract<Kind, { $case: C }>['value'];

/** What one kind of event does to a room, in place; answers the names of the slots that it touched, the head aside. */
export type Applier<C extends EventCase> = (room: RoomState, event: Event, value: EventValue<C>) => string[];
export type Appliers<C extends EventCase> = { readonly [K in C]: Applier<K> };

/** An event that changes nothing that is logged. */
export const noState = (): string[] => [];
