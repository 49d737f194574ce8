import type { Position } from './ids.js';
import { timeOfPosition } from './position.js';
import type { Limits, RoomState } from './types.js';

/**
 * The history bucket of a batch whose first stored message has this position: the room's own one, or a new one, named by that position, where there is
 * none, it is full, or it is too old. So partitions of the history have about the same size at any rate.
 */
export function bucketFor(room: RoomState, firstStored: Position, limits: Pick<Limits, 'bucketRows' | 'bucketMs'>): Position {
  if (room.bucket === 0 || room.bucketCount >= limits.bucketRows) return firstStored;
  return timeOfPosition(firstStored) - timeOfPosition(room.bucket) >= limits.bucketMs ? firstStored : room.bucket;
}

/** Counts a batch's stored messages. One of an older bucket (a record read again) changes nothing. */
export function noteStored(room: RoomState, bucket: Position, count: number): void {
  if (bucket < room.bucket) return;
  room.bucketCount = (bucket === room.bucket ? room.bucketCount : 0) + count;
  room.bucket = bucket;
}
