import { parseRoomKey, type RoomId } from '@plaza/domain';
import type { RoomHead } from '@plaza/proto/room';
import type { ShardCore } from '../shard-core.js';

const chunkRooms = 500;

/** The heads of many rooms. Rooms whose shard is not held here, or that cannot be loaded now, are left out: the asker asks again for them. */
export async function* heads(coreOf: (room: RoomId) => ShardCore | undefined, rooms: readonly string[]): AsyncGenerator<RoomHead[]> {
  for (let at = 0; at === 0 || at < rooms.length; at += chunkRooms) {
    const asked = rooms.slice(at, at + chunkRooms).map((room) => headOf(coreOf, room));
    yield (await Promise.all(asked)).filter((head) => head !== undefined);
  }
}

async function headOf(coreOf: (room: RoomId) => ShardCore | undefined, text: string): Promise<RoomHead | undefined> {
  const id = parseRoomKey(text);
  const core = id && coreOf(id);
  if (id === undefined || core === undefined) return undefined;
  try {
    const room = await core.rooms.take(id);
    const { last: head, lastSequence: sequence } = room.accepted;
    return { room: id, head, epoch: core.epoch, sequence };
  } catch {
    return undefined;
  }
}
