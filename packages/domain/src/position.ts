import type { Position } from './ids.js';

/** Positions count from here: 2020-01-01T00:00:00Z. */
export const positionEpochMs = Date.UTC(2020, 0, 1);
/** Positions in one millisecond; the clock leaves this much room before positions run ahead of it. */
const perMs = 1024;

/** The next event's position after `last`, at `nowMs`. Strictly above `last`, whatever the clock does. */
export const nextPosition = (last: Position, nowMs: number): Position => Math.max(last + 1, Math.floor(nowMs - positionEpochMs) * perMs);

/** The first position of a moment. */
export const positionAt = (ms: number): Position => Math.max(0, Math.floor(ms - positionEpochMs) * perMs);

/** When an event of this position was written; off by the little that a burst ran ahead of the clock. */
export const timeOfPosition = (position: Position): number => Math.floor(position / perMs) + positionEpochMs;
