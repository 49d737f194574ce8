import { timeOfPosition } from '@plaza/domain';
import type { StoredRecord } from '@plaza/log';
import { Event } from '@plaza/proto/client';
import { Record, type LoggedEvent, type RoomBatch } from '@plaza/proto/log';
import type { NewRow } from './message-store.js';
import { indexed, tracesIn, type IndexChange } from './room-index.js';

/** All messages of an account since a moment, or (position above 0) one message, that were taken back. */
export interface Recall {
  readonly room: string;
  readonly position: number;
  readonly account: string;
  readonly sinceMs: number;
  /** Of the recall: only what came before it is meant. */
  readonly at: number;
  readonly timeMs: number;
  /** The account is erased: not its messages only, but whatever names it. */
  readonly everything: boolean;
}

/** What a record holds for the history. */
export interface RecordRows {
  readonly rows: readonly NewRow[];
  readonly recalls: readonly Recall[];
  readonly index: readonly IndexChange[];
  /** When the record was written, Unix ms. */
  readonly timeMs: number;
}

const dayMs = 86_400_000;

/** Rows are kept for `retentionDays`, or for as long as their room says, where that is less. Throws where the bytes are no record. */
export function rowsOf({ bytes }: StoredRecord, retentionDays: number): RecordRows {
  const { timeMs, batches } = Record.decode(bytes);
  const read = batches.map((batch) => rowsOfBatch(batch, retentionDays));
  return {
    timeMs,
    rows: read.flatMap(({ rows }) => rows),
    recalls: read.flatMap(({ recalls }) => recalls),
    index: read.flatMap(({ index }) => index),
  };
}

/** What one room's batch holds. */
export function rowsOfBatch({ room, bucket, events, historyDays }: RoomBatch, retentionDays: number): Omit<RecordRows, 'timeMs'> {
  const keptMs = Math.min(historyDays || retentionDays, retentionDays) * dayMs;
  const decoded = events.map(({ event }) => Event.decode(event));
  const recalls = decoded.flatMap((event) => recallOf(room, event));
  return {
    rows: events.filter(({ stored }) => stored).map((one) => rowOf(room, bucket, one, keptMs)),
    recalls: recalls.filter((recall) => !isPartOfErasure(recall, recalls)),
    index: decoded.flatMap((event, i) => {
      const kept = events[i]!.stored ? { bucket, untilMs: timeOfPosition(event.position) + keptMs } : undefined;
      return [...indexed(room, event), ...tracesIn(room, event, kept)];
    }),
  };
}

function rowOf(room: string, bucket: number, { position, event, audience }: LoggedEvent, keptMs: number): NewRow {
  const meant = audience?.kind?.$case === 'tags' ? audience.kind.value : '';
  const timeMs = timeOfPosition(position);
  return { room, bucket, position, timeMs, event, audience: meant, untilMs: timeMs + keptMs };
}

/** Its time is that of its position, as a row's is: never before what it takes back. */
function recallOf(room: string, { kind, targets, position: at }: Event): Recall[] {
  const common = { room, at, timeMs: timeOfPosition(at) };
  if (kind?.$case === 'accountErased') return targets.map((account) => ({ ...common, position: 0, account, sinceMs: 0, everything: true }));
  if (kind?.$case !== 'messageRecalled') return [];
  const { recalled, account, sinceMs } = kind.value;
  return [{ ...common, position: recalled, account, sinceMs, everything: false }];
}

/** What clients are told of an erasure stands before it in its batch, and is done with it. */
const isPartOfErasure = ({ position, account, everything, at }: Recall, recalls: readonly Recall[]): boolean =>
  position === 0 && !everything && recalls.some((other) => other.everything && other.account === account && other.at > at);
