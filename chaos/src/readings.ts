import type { Attribute, Event, Member, QueueElement, RoomInfo } from '@plaza/proto/client';
import type { Record } from '@plaza/proto/log';

/**
 * What the runner read of the cluster after the run, when the swarm is quiet and the readers of the log have caught up. Whatever is absent is not
 * judged, and the verdict says so.
 */
export interface Readers {
  /** Every record of every shard, by stream and sequence. */
  readonly log?: readonly LoggedRecord[];
  /** Everything that the history gives of each room, oldest first, room events included. */
  readonly history?: ReadonlyMap<string, HistoryReading>;
  /** Each room as the API shows it at the end. */
  readonly rooms?: ReadonlyMap<string, RoomAtEnd>;
  readonly counters?: readonly RoomCount[];
  readonly webhooks?: WebhookReading;
  readonly audit?: AuditReading;
}

export interface LoggedRecord {
  readonly shard: number;
  readonly sequence: number;
  /** The sequence of the shard's previous record, as its writer expected it. */
  readonly expected: number;
  readonly record: Record;
}

export interface HistoryReading {
  readonly events: readonly Event[];
  /** Everything up to here had been considered. */
  readonly upTo: number;
}

export interface RoomAtEnd {
  /** The room's newest position when all of this was so. */
  readonly head: number;
  readonly info: RoomInfo;
  /** Every account that the room knows: permanent, present or restricted. */
  readonly members: readonly Member[];
  /** In its order; undefined: there is no queue. */
  readonly queue: readonly QueueElement[] | undefined;
  readonly attributes: readonly Attribute[];
}

/** One room in one hour or day, as top-N or its own series gives it. */
export interface RoomCount {
  readonly room: string;
  readonly from: 'top-rooms' | 'series';
  readonly period: 'hour' | 'day';
  readonly startMs: number;
  readonly endMs: number;
  readonly messages: number;
  readonly entries: number;
  /** An estimate. */
  readonly active: number;
}

export interface WebhookReading {
  /** The kinds of events that the suite's endpoint asked for. */
  readonly kinds: readonly string[];
  /** In the order in which they came. */
  readonly deliveries: readonly WebhookDelivery[];
  /** Requests whose signature was wrong. */
  readonly forged: number;
  /** Requests that the endpoint did not take, on purpose. */
  readonly refused: number;
}

/** One event in one delivery that the suite's endpoint has taken. */
export interface WebhookDelivery {
  readonly room: string;
  readonly position: number;
  readonly kind: string;
  /** `markOf` the event. */
  readonly mark: number;
}

export interface AuditReading {
  /** Of the rooms of the run. */
  readonly entries: readonly AuditEntry[];
  /** What `verify` found wrong, a line a chain. */
  readonly flaws: readonly string[];
  /** How many entries of all chains it found right. */
  readonly verified: number;
}

export interface AuditEntry {
  readonly room: string;
  readonly position: number;
  readonly act: string;
  readonly operator: string;
  readonly apiKey: string;
  readonly targets: readonly string[];
}
