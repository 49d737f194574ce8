import { randomUUID } from 'node:crypto';
import { Record } from '@plaza/proto/log';

/** The schema number of the records that this version writes. */
export const recordSchema = 1;

/** A record's id: unique, so that a writer knows its own record again after an unclear append. */
export const newRecordId = (): string => randomUUID();

/** The id within an encoded plaza.v1.Record; empty where the bytes are none. */
export const recordIdOf = (bytes: Uint8Array): string => decoded(bytes)?.id ?? '';

/** When its holder wrote it, Unix ms; 0 where the bytes are none. */
export const recordTimeOf = (bytes: Uint8Array): number => decoded(bytes)?.timeMs ?? 0;

function decoded(bytes: Uint8Array): Record | undefined {
  try {
    return Record.decode(bytes);
  } catch {
    return undefined;
  }
}
