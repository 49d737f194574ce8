import type { RoomId, Shard } from './ids.js';

const fnvBasis = 0x811c9dc5;

/** FNV-1a, 32 bits, over the ASCII of an id; `before`: the hash of what stands before it. */
export function fnv1a(text: string, before = fnvBasis): number {
  let hash = before;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

export const shardOf = (room: RoomId, shards: number): Shard => fnv1a(room) % shards;

/** The log stream of a shard. */
export const streamOf = (shard: Shard, streams: number): number => shard % streams;

/** FNV's high bits hardly move between ids that differ in their last character; this finish spreads them (murmur3's). */
function spread(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash of which every bit is as good as any other. */
export const spreadHash = (text: string, before?: number): number => spread(fnv1a(text, before));

/** Rendezvous hashing: who of `owners` should have `thing`. Undefined where there is nobody. A tie goes to the smaller id. */
export function ownerOf(thing: string, owners: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestScore = -1;
  for (const owner of owners) {
    const score = spread(fnv1a(`${owner}/${thing}`));
    if (score > bestScore || (score === bestScore && best !== undefined && owner < best)) {
      best = owner;
      bestScore = score;
    }
  }
  return best;
}
