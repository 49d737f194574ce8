import type { RoomCount } from '../readings.js';
import type { Backend } from '../swarm/backend.js';

interface Row {
  readonly room: string;
  readonly messages: number;
  readonly entries: number;
  readonly active?: number;
}

const hourMs = 3_600_000;

/** The figures of these rooms for each hour from a moment until now. */
export async function readCounters(backend: Backend, rooms: ReadonlySet<string>, fromMs: number): Promise<RoomCount[]> {
  const counts: RoomCount[] = [];
  for (let at = fromMs; at <= Date.now() + hourMs; at += hourMs) {
    const page = await backend.get(`/v1/top-rooms?metric=messages&period=hour&limit=500&at=${Math.floor(Math.min(at, Date.now()))}`);
    const startMs = Number(page['periodStartMs']);
    if (counts.some((count) => count.startMs === startMs)) continue;
    for (const { room, messages, entries, active } of page['rooms'] as Row[]) {
      if (rooms.has(room)) counts.push({ room, period: 'hour', startMs, messages, entries, active });
    }
  }
  return counts;
}
