import { Event } from '@plaza/proto/client';
import { jsonFromMessage, type EventKind } from '@plaza/protocol';

/** One event of a room as the log has it. */
export interface RoomEvent {
  readonly room: string;
  /** The log sequence of its record. */
  readonly sequence: number;
  readonly position: number;
  readonly kind: EventKind;
  /** An encoded plaza.v1.Event. */
  readonly event: Uint8Array;
  /** The tag expression of its receivers; empty: everybody. */
  readonly audience: string;
  /** Members are not told of it. */
  readonly isHidden: boolean;
}

/** The events of a delivery as a JSON list: `{kind, audience?, hidden?, event}`, the event in the protobuf JSON mapping that clients get. */
export const eventsJson = (events: readonly RoomEvent[]): string => `[${events.map(eventJson).join(',')}]`;

function eventJson({ kind, audience, isHidden, event }: RoomEvent): string {
  const meant = isHidden ? '"hidden":true,' : audience === '' ? '' : `"audience":${JSON.stringify(audience)},`;
  return `{"kind":${JSON.stringify(kind)},${meant}"event":${jsonFromMessage(Event.toJSON(Event.decode(event)))}}`;
}

export interface Delivery {
  readonly endpoint: string;
  readonly id: string;
  readonly room: string;
  /** From 1: how often the first of its events has been sent, this time included. */
  readonly attempt: number;
  /** Position of the last event. */
  readonly position: number;
  /** A JSON list. */
  readonly events: string;
  /** A dead letter that somebody asked to be sent again. */
  readonly resent: boolean;
}

/** What the request says in its body and, for whoever routes it, again in its headers; the signature covers the body. */
export const bodyOf = ({ endpoint, id, room, attempt, position, events, resent }: Delivery): string =>
  `{"endpoint":${JSON.stringify(endpoint)},"delivery":${JSON.stringify(id)},"room":${JSON.stringify(room)},"position":"${position}",` +
  `"attempt":${attempt},"resent":${resent},"events":${events}}`;

export const headersOf = (delivery: Delivery, signature: string): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'plaza-webhooks/1',
  'plaza-signature': signature,
  'plaza-endpoint': delivery.endpoint,
  'plaza-delivery': delivery.id,
  'plaza-room': delivery.room,
  'plaza-position': String(delivery.position),
  'plaza-attempt': String(delivery.attempt),
});

export interface BatchBounds {
  readonly events: number;
  readonly bytes: number;
}

/** What one request may carry: so many events, and so many bytes of them in the log (JSON takes some times as much). */
export const batchBounds: BatchBounds = { events: 100, bytes: 128 * 1024 };

/** The first of these events that fit into one request: at least one. */
export function firstBatch<E extends { readonly event: Uint8Array }>(events: readonly E[], bounds: BatchBounds): E[] {
  const batch: E[] = [];
  let bytes = 0;
  for (const event of events) {
    bytes += event.event.length;
    if (batch.length > 0 && (batch.length >= bounds.events || bytes > bounds.bytes)) break;
    batch.push(event);
  }
  return batch;
}
