import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { SnapshotChunk, type SnapshotRoom } from '@plaza/proto/log';
import { unfinished } from './rebuild.js';
import type { ShardParts } from './shard-parts.js';

const chunkBytes = 512 * 1024;
/** Rooms of a page; after each page everybody else in this process has a turn: an embedded projection answers without one. */
const roomsAtOnce = 20;

type Parts = Pick<ShardParts, 'shard' | 'projection' | 'snapshots' | 'clock'>;

/**
 * Copies the shard's projection into the snapshot store. Rooms may be newer than the cursor that was read first; none is older. Answers the
 * sequence; undefined: the projection changed hands meanwhile, or is not whole. Rejects where one of the two cannot be asked.
 */
export async function takeSnapshot({ shard, projection, snapshots, clock }: Parts, held: () => boolean): Promise<number | undefined> {
  const sequence = await projection.cursor(shard);
  if (sequence === undefined || sequence === unfinished) return undefined;
  const id = randomUUID();
  let chunks = 0;
  for await (const chunk of chunksOf({ shard, projection }, held)) {
    if (!held()) return undefined;
    await snapshots.putChunk(shard, id, chunks++, chunk);
  }
  const after = await projection.cursor(shard);
  if (after === undefined || after < sequence || !held()) return undefined;
  await snapshots.commit(shard, { id, sequence, chunks, takenMs: clock.now() });
  return sequence;
}

async function* chunksOf(parts: Pick<Parts, 'shard' | 'projection'>, held: () => boolean): AsyncGenerator<Uint8Array> {
  let rooms: SnapshotRoom[] = [];
  let bytes = 0;
  for await (const room of allRooms(parts, held)) {
    rooms.push(room);
    bytes += room.slots.reduce((sum, { name, value }) => sum + name.length + value.length + 8, 64);
    if (bytes < chunkBytes) continue;
    yield SnapshotChunk.encode({ rooms }).finish();
    rooms = [];
    bytes = 0;
  }
  if (rooms.length > 0) yield SnapshotChunk.encode({ rooms }).finish();
}

async function* allRooms({ shard, projection }: Pick<Parts, 'shard' | 'projection'>, held: () => boolean): AsyncGenerator<SnapshotRoom> {
  let pageToken = '';
  do {
    const page = await projection.rooms(shard, pageToken, roomsAtOnce);
    for (const room of page.rooms) {
      const slots = await projection.load(shard, room);
      if (slots !== undefined) yield { room, slots };
    }
    pageToken = page.next;
    await setImmediate();
  } while (pageToken !== '' && held());
}
