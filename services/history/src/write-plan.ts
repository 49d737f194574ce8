import type { NewRow } from './message-store.js';

const maxRows = 100;
/** Cassandra refuses batches above 640 KiB and warns from 64 KiB on. */
const maxBytes = 256 * 1024;

/** The rows of each room, by position: they are written in this order, so that a visible row has no invisible older one. */
export function roomsOf(rows: readonly NewRow[]): NewRow[][] {
  const rooms = new Map<string, NewRow[]>();
  for (const row of rows) {
    const ofRoom = rooms.get(row.room);
    if (ofRoom === undefined) rooms.set(row.room, [row]);
    else ofRoom.push(row);
  }
  return [...rooms.values()].map((ofRoom) => ofRoom.sort((a, b) => a.position - b.position));
}

/** One room's rows cut into batches of one bucket each, of at most 100 rows and 256 KiB; a larger row has a batch of its own. */
export function batchesOf(rows: readonly NewRow[]): NewRow[][] {
  const batches: NewRow[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const batch = batches.at(-1);
    bytes += row.event.length;
    if (batch !== undefined && batch[0]!.bucket === row.bucket && batch.length < maxRows && bytes <= maxBytes) batch.push(row);
    else {
      batches.push([row]);
      bytes = row.event.length;
    }
  }
  return batches;
}

/**
 * The TTL that ends a row at its time, in whole seconds, 1 at least. Cassandra counts it from the second in which it writes; so the row ends in the
 * second in which its time is over, never before it.
 */
export const ttlSeconds = (untilMs: number, nowMs: number): number => Math.max(1, Math.ceil(untilMs / 1000) - Math.floor(nowMs / 1000));
