import type { RoomCount } from '../readings.js';
import type { Backend } from '../swarm/backend.js';

type Figures = Pick<RoomCount, 'messages' | 'entries' | 'active'>;

const periods = ['hour', 'day'] as const;

/** The figures of these rooms for each hour and day from a moment until now, by top-N and by the rooms' own series. */
export async function readCounters(backend: Backend, rooms: ReadonlySet<string>, fromMs: number): Promise<RoomCount[]> {
  const counts: RoomCount[] = [];
  for (const period of periods) {
    counts.push(...(await ofTopRooms(backend, rooms, period, fromMs)));
    for (const room of rooms) counts.push(...(await ofSeries(backend, room, period, fromMs)));
  }
  return counts;
}

async function ofTopRooms(backend: Backend, rooms: ReadonlySet<string>, period: RoomCount['period'], fromMs: number): Promise<RoomCount[]> {
  const counts: RoomCount[] = [];
  for (let at = fromMs; at <= Date.now();) {
    const page = await backend.get(`/v1/top-rooms?metric=messages&period=${period}&limit=500&at=${Math.floor(at)}`);
    const [startMs, endMs] = [Number(page['periodStartMs']), Number(page['periodEndMs'])];
    for (const { room, messages, entries, active } of page['rooms'] as (Figures & { room: string })[])
      if (rooms.has(room)) counts.push({ room, from: 'top-rooms', period, startMs, endMs, messages, entries, active });
    at = endMs;
  }
  return counts;
}

async function ofSeries(backend: Backend, room: string, period: RoomCount['period'], fromMs: number): Promise<RoomCount[]> {
  const { points } = await backend.get(`/v1/rooms/${room}/figures?period=${period}&from=${Math.floor(fromMs)}`);
  return (points as (Figures & { startMs: number; endMs: number })[]).map(({ startMs, endMs, messages, entries, active }) => {
    return { room, from: 'series', period, startMs, endMs, messages, entries, active };
  });
}
