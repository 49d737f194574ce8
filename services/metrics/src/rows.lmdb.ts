import { bigEndian, fromBigEndian } from '@plaza/kit/lmdb';
import type { Period } from './calendar.js';
import type { Figures } from './counters.js';

export const periodBytes = 9;

/** The kind in a byte, the start in eight: by kind, then time. */
export const encodePeriod = ({ kind, startMs }: Period): Buffer => Buffer.concat([Buffer.of(kind === 'day' ? 1 : 0), bigEndian(startMs)]);
export const decodePeriod = (bytes: Uint8Array): Period => ({ kind: bytes[0] === 1 ? 'day' : 'hour', startMs: fromBigEndian(bytes, 1) });

export const encodeFigures = ({ messages, entries, active }: Figures): Buffer => Buffer.concat([messages, entries, active].map(bigEndian));
export const decodeFigures = (bytes: Uint8Array, offset = 0): Figures => ({
  messages: fromBigEndian(bytes, offset),
  entries: fromBigEndian(bytes, offset + 8),
  active: fromBigEndian(bytes, offset + 16),
});
