import { readLiveSegments, type LiveHeader } from '@plaza/protocol';
import { advanceFrame, trimmedBatch } from './frames.js';
import type { RingEntry } from './ring.js';

/**
 * A live frame as an entry of the ring, for a reader at `prev`: without what it has where it stands inside the batch, and as a mere advance where
 * nothing in it is for everybody. Throws BadFrame.
 */
export function entryOf(room: string, header: LiveHeader, bytes: Uint8Array, prev: number, nowMs: number, keptMs: number): RingEntry {
  const visible = readLiveSegments(bytes).find((segment) => segment.audience === '')?.bytes;
  const ready = visible ?? advanceFrame(room, Math.max(prev, header.prev), header.last);
  const inside = prev > header.prev && visible !== undefined;
  const frame = inside ? trimmedBatch(ready, prev) : ready;
  return { prev: Math.max(prev, header.prev), last: header.last, bytes: frame, atMs: nowMs, keepUntilMs: nowMs + keptMs, json: undefined };
}

/** Each follows the one before it, and the last leads to `end`. */
export const isChain = (entries: readonly RingEntry[], end: number): boolean =>
  entries.every((entry, i) => entry.last === (entries[i + 1]?.prev ?? end));
