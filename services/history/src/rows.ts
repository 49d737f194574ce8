import { timeOfPosition } from '@plaza/domain';
import type { StoredRecord } from '@plaza/log';
import { Record } from '@plaza/proto/log';
import type { MessageRow } from './message-store.js';

export interface RecordRows {
  readonly rows: readonly MessageRow[];
  /** When the record was written, Unix ms. */
  readonly timeMs: number;
}

/** The stored messages of a record. Events stay encoded: a position tells its time. Throws where the bytes are no record. */
export function rowsOf({ bytes }: StoredRecord): RecordRows {
  const { timeMs, batches } = Record.decode(bytes);
  const rows = batches.flatMap(({ room, bucket, events }) =>
    events
      .filter(({ stored }) => stored)
      .map(({ position, event }) => ({ room, bucket, position, timeMs: timeOfPosition(position), event })),
  );
  return { rows, timeMs };
}
