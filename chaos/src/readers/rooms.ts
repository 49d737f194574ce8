import { Attribute, Member, QueueElement, Role, RoomInfo } from '@plaza/proto/client';
import type { RoomAtEnd } from '../readings.js';
import type { Backend } from '../swarm/backend.js';

type Json = Record<string, unknown>;

const lists = ['online', 'permanent', 'muted', 'timed-muted', 'blocked'];
const triesOfOneHead = 20;

/** A room as the API shows it, all of it at one head. */
export async function readRoom(backend: Backend, room: string): Promise<RoomAtEnd> {
  for (let tries = 0; tries < triesOfOneHead; tries++) {
    const before = await backend.get(`/v1/rooms/${room}`);
    const members = await membersOf(backend, room);
    const queue = before['queue'] === undefined ? undefined : await paged(backend, `/v1/rooms/${room}/queue`, 'elements');
    const { attributes } = await backend.get(`/v1/rooms/${room}/attributes`);
    const after = await backend.get(`/v1/rooms/${room}`);
    if (before['head'] !== after['head']) continue;
    return {
      head: Number(after['head']),
      info: RoomInfo.fromJSON({ room, roomMuted: after['roomMuted'], mutedTags: after['mutedTags'] }),
      members,
      queue: queue?.map((element) => QueueElement.fromJSON(element)),
      attributes: (attributes as Json[]).map((attribute) => Attribute.fromJSON(attribute)),
    };
  }
  throw new Error(`${room} does not become quiet`);
}

async function membersOf(backend: Backend, room: string): Promise<Member[]> {
  const members = new Map<string, Member>();
  for (const list of lists) {
    for (const row of await paged(backend, `/v1/rooms/${room}/members?list=${list}`, 'members')) {
      const role = Role[`ROLE_${String(row['role']).toUpperCase()}` as keyof typeof Role];
      members.set(String(row['account']), Member.fromJSON({ ...row, role }));
    }
  }
  return [...members.values()];
}

async function paged(backend: Backend, path: string, name: string): Promise<Json[]> {
  const rows: Json[] = [];
  let next = '';
  do {
    const page = await backend.get(`${path}${path.includes('?') ? '&' : '?'}pageToken=${encodeURIComponent(next)}`);
    rows.push(...(page[name] as Json[]));
    next = (page['next'] as string | undefined) ?? '';
  } while (next !== '');
  return rows;
}
